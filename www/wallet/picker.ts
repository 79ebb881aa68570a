import { isImagineError, type WalletInfo } from 'imagine-x402'
import type { Connection } from '../connection'
import { linkDraft } from '../form/draft'
import { isTestWallet } from '../mode/test-wallets'
import { byId, copyMark, el, fill } from '../ui/dom'
import { Account } from './account'
import { walletLinks } from './links'

const list = byId('wallet-list', HTMLElement)
const again = byId('wallet-again', HTMLButtonElement)
const note = byId('wallet-note', HTMLElement)
const links = byId('wallet-links', HTMLElement)
const askRow = byId('ask-row', HTMLElement)
const installedNote = byId('installed-note', HTMLElement)

const TEST_WALLETS = {
  sandbox:
    'A test wallet inside this page. Its key is public and its money is worthless: it exists only on the local chain on your own machine.',
  mock: 'A wallet inside this page. Its money does not exist; what it signs is signed as a real wallet would.',
  live: '',
}

/** The wallets of this browser as a radio list. */
export class WalletPicker {
  readonly #connection: Connection
  readonly account: Account
  #found: WalletInfo[] = []
  #chosenId: string | undefined

  constructor(connection: Connection) {
    this.#connection = connection
    const { kind, manual = [] } = connection.mode
    this.account = new Account(connection)
    byId('ask-note', HTMLElement).textContent = TEST_WALLETS[kind]
    fill(
      byId('installed-values', HTMLDListElement),
      manual.map(([name, value]) => [name, copyable(name, value)]),
    )
    again.addEventListener('click', () => void this.look())
    list.addEventListener('change', (event) => {
      this.#choose((event.target as HTMLInputElement).value)
      this.#remember()
    })
  }

  get chosen(): WalletInfo | undefined {
    return this.#found.find(({ id }) => id === this.#chosenId)
  }

  /** Whether the choice is the visitor's. */
  get areSeveral(): boolean {
    return this.#found.length > 1
  }

  /**
   * Whether the library would find no wallet but those that may pay here: then it may be left to it to say what is
   * wrong.
   */
  async onlyOurs(): Promise<boolean> {
    return (await this.#connection.client.wallets().catch(() => [])).every((wallet) =>
      this.#connection.mode.admits(wallet),
    )
  }

  async look(): Promise<void> {
    const { client, mode } = this.#connection
    this.#found = (await client.wallets().catch(() => [])).filter((wallet) => mode.admits(wallet))
    this.#choose((this.chosen ?? this.#suggested())?.id)
    list.replaceChildren(...this.#found.map((wallet) => this.#option(wallet)))
    list.hidden = links.hidden = false
    links.replaceChildren()
    if (this.#found.length === 0) await this.#tellWhereToGetOne()
  }

  /** Puts the visitor where the choice is made. */
  ask(): void {
    if (this.#found.length > 0) note.textContent = 'Choose the wallet that pays.'
    const first = list.querySelector('input') ?? again
    first.focus({ preventScroll: true })
    list.scrollIntoView({ block: 'center' })
  }

  /** The choice stays, for each mode. */
  #remember(): void {
    try {
      localStorage.setItem(this.#key, this.chosen?.rdns ?? '')
    } catch {
      /* without storage it is made again */
    }
  }

  #remembered(): WalletInfo | undefined {
    try {
      const rdns = localStorage.getItem(this.#key)
      return rdns ? this.#found.find((wallet) => wallet.rdns === rdns) : undefined
    } catch {
      return undefined
    }
  }

  get #key(): string {
    return `imagine-wallet-${this.#connection.mode.kind}`
  }

  /** The one of last time; one for tests before others; else the only one. Several are the visitor's choice. */
  #suggested(): WalletInfo | undefined {
    const remembered = this.#remembered()
    if (remembered) return remembered
    const tests = this.#found.filter(isTestWallet)
    if (tests.length > 0) return tests.length === 1 ? tests[0] : undefined
    return this.#found.length === 1 ? this.#found[0] : undefined
  }

  async #tellWhereToGetOne(): Promise<void> {
    list.hidden = true
    note.textContent = 'No wallet was found in this browser. Once there is one, look again.'
    // The links into wallets lead to this address: what is typed goes along.
    linkDraft(byId('prompt', HTMLTextAreaElement).value)
    const error = await this.#connection.client.balance().catch((error: unknown) => error)
    const found = isImagineError(error) && error.code === 'no_wallet' ? walletLinks(error.details) : null
    if (found) links.replaceChildren(found)
  }

  #choose(id: string | undefined): void {
    this.#chosenId = id
    note.textContent = ''
    const wallet = this.chosen
    askRow.hidden = !wallet || !isTestWallet(wallet)
    installedNote.hidden = !this.#connection.mode.manual || !wallet || isTestWallet(wallet)
    void this.account.show(wallet)
  }

  #option(wallet: WalletInfo): HTMLElement {
    const radio = el('input', {
      type: 'radio',
      name: 'wallet',
      value: wallet.id,
      checked: wallet.id === this.#chosenId,
    })
    return el('label', { class: 'wallet' }, radio, icon(wallet), el('span', {}, wallet.name))
  }
}

/** A wallet's icon is its own claim: only ever an image, never markup. */
function icon({ icon }: WalletInfo): HTMLElement {
  return icon?.startsWith('data:image/')
    ? el('img', { src: icon, alt: '', width: '28', height: '28' })
    : el('span', { class: 'no-icon' })
}

const copyable = (name: string, value: string) =>
  el('span', { class: 'hash' }, el('code', {}, value), copyMark(`the ${name}`, value))
