import type { Address, Money, WalletInfo } from 'imagine-x402'
import type { Connection } from '../connection'
import { byId, button, el, hash } from '../ui/dom'
import { money, short } from '../ui/words'

const panel = byId('account', HTMLElement)
const connect = byId('wallet-connect', HTMLButtonElement)

/** What an EIP-1193 provider tells of its account and network. */
const EVENTS = ['accountsChanged', 'chainChanged', 'disconnect'] as const

/**
 * The account of the chosen wallet and what it has, once the visitor has connected it. Opens a prompt only at a click.
 */
export class Account {
  readonly #connection: Connection
  #wallet: WalletInfo | undefined
  #address: Address | undefined
  #has: Money | undefined

  constructor(connection: Connection) {
    this.#connection = connection
    connect.addEventListener('click', () => void this.#connect())
  }

  async show(wallet: WalletInfo | undefined): Promise<void> {
    this.#listen(wallet)
    this.#has = undefined
    this.#wallet = wallet
    this.#address = wallet && (await accountOf(wallet, 'eth_accounts'))
    if (this.#wallet === wallet) await this.refresh()
  }

  /** The account that will pay; asks the wallet to connect if it has to. */
  async address(): Promise<Address | undefined> {
    if (!this.#address) await this.#connect()
    return this.#address
  }

  /** The library pays from this account. */
  async connected(address: Address): Promise<void> {
    this.#address = address
    await this.refresh()
  }

  /** After a purchase. */
  async refresh(): Promise<void> {
    const wallet = this.#wallet
    this.#address ??= wallet && (await accountOf(wallet, 'eth_accounts'))
    const address = this.#address
    connect.hidden = !wallet || Boolean(address)
    panel.hidden = !address
    if (!wallet || !address) return
    const has = panel.querySelector('.has') ?? el('span', { class: 'has' }, '…')
    panel.replaceChildren(
      el('span', { class: 'dot', 'aria-hidden': 'true' }),
      hash('the address', address, short(address)),
      has,
      button('Disconnect', () => void this.#disconnect(wallet), 'quiet'),
    )
    const [balance, isContract] = await Promise.all([this.#balance(wallet, address), hasCode(wallet, address)])
    if (this.#address !== address) return
    has.textContent = balance
    if (isContract)
      panel.append(
        el(
          'p',
          { class: 'hint' },
          'A smart account: the library asks it whether its signature is good. Some services refuse them before any money moves.',
        ),
      )
  }

  /** To the wallet that is shown, and no other. Another account may have been chosen in it. */
  #listen(wallet: WalletInfo | undefined): void {
    for (const event of EVENTS) {
      this.#wallet?.provider.removeListener?.(event, this.#changed)
      wallet?.provider.on?.(event, this.#changed)
    }
  }

  readonly #changed = (): void => {
    const wallet = this.#wallet
    void (
      wallet &&
      accountOf(wallet, 'eth_accounts').then((address) => {
        if (this.#wallet !== wallet) return
        this.#address = address
        return this.refresh()
      })
    )
  }

  /** Whether the account has too little, as far as is known. */
  warning(price: Money): string | undefined {
    const has = this.#has
    const isShort = has?.symbol === price.symbol && BigInt(has.atomic) < BigInt(price.atomic)
    return isShort ? `This account has ${money(has)}, which is less than ${money(price)}.` : undefined
  }

  async #balance(wallet: WalletInfo, address: Address): Promise<string> {
    this.#has = await this.#connection.client.balance({ wallet, address }).catch(() => undefined)
    return this.#has ? `has ${money(this.#has)}` : 'balance not readable on this network'
  }

  async #connect(): Promise<void> {
    if (!this.#wallet) return
    this.#address = await accountOf(this.#wallet, 'eth_requestAccounts')
    await this.refresh()
    panel.querySelector('button')?.focus()
  }

  async #disconnect(wallet: WalletInfo): Promise<void> {
    // Not every wallet knows it; forgotten here it is in any case.
    await wallet.provider
      .request({ method: 'wallet_revokePermissions', params: [{ eth_accounts: {} }] })
      .catch(() => {})
    this.#address = undefined
    panel.hidden = true
    connect.hidden = false
    connect.focus()
  }
}

async function accountOf({ provider }: WalletInfo, method: string): Promise<Address | undefined> {
  const accounts = await provider.request({ method }).catch(() => [])
  const [first] = Array.isArray(accounts) ? (accounts as unknown[]) : []
  return typeof first === 'string' && /^0x[0-9a-fA-F]{40}$/.test(first) ? (first as Address) : undefined
}

/** Code that only points elsewhere (EIP-7702) leaves the account what it was. */
async function hasCode({ provider }: WalletInfo, address: Address): Promise<boolean> {
  const code = await provider.request({ method: 'eth_getCode', params: [address, 'latest'] }).catch(() => '0x')
  return typeof code === 'string' && code.length > 2 && !code.startsWith('0xef0100')
}
