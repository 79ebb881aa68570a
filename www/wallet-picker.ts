import type { Client, WalletInfo } from 'imagine-x402'
import { byId, copyButton, el, fill } from './dom'
import { DEV_WALLET, type Sandbox } from './sandbox'

const list = byId('wallet-list', HTMLElement)
const again = byId('wallet-again', HTMLButtonElement)
const note = byId('wallet-note', HTMLElement)
const devNote = byId('dev-note', HTMLElement)
const installedNote = byId('installed-note', HTMLElement)

/** The wallets of this browser as a radio list. */
export class WalletPicker {
  private found: WalletInfo[] = []
  private chosenId: string | undefined

  constructor(private readonly client: Client, private readonly sandbox: Sandbox | null) {
    if (sandbox) fill(byId('installed-values', HTMLDListElement), sandboxValues(sandbox))
    again.addEventListener('click', () => void this.look())
    list.addEventListener('change', (event) => this.choose((event.target as HTMLInputElement).value))
  }

  get chosen(): WalletInfo | undefined {
    return this.found.find(({ id }) => id === this.chosenId)
  }

  async look(): Promise<void> {
    again.textContent = 'Looking…'
    this.found = await this.client.wallets().catch(() => [])
    again.textContent = 'Look again'
    this.choose((this.chosen ?? this.found.find(isDev) ?? (this.found.length === 1 ? this.found[0] : undefined))?.id)
    list.replaceChildren(...this.found.map((wallet) => this.option(wallet)))
    note.textContent = this.found.length > 0 ? ''
      : 'No wallet was found in this browser. Install one, or open this page in your wallet’s own browser, then look again.'
  }

  /** Puts the visitor where the choice is made. */
  ask(): void {
    if (this.found.length > 0) note.textContent = 'Choose the wallet that pays.'
    const first = list.querySelector('input') ?? again
    first.focus()
  }

  private choose(id: string | undefined): void {
    this.chosenId = id
    note.textContent = ''
    const wallet = this.chosen
    devNote.hidden = !wallet || !isDev(wallet)
    installedNote.hidden = !this.sandbox || !wallet || isDev(wallet)
  }

  private option(wallet: WalletInfo): HTMLElement {
    const radio = el('input', { type: 'radio', name: 'wallet', value: wallet.id, checked: wallet.id === this.chosenId })
    return el('label', { class: 'wallet' }, radio, icon(wallet), el('span', {}, wallet.name))
  }
}

function isDev(wallet: WalletInfo): boolean {
  return wallet.rdns === DEV_WALLET
}

/** A wallet's icon is its own claim: only ever an image, never markup. */
function icon({ icon }: WalletInfo): HTMLElement {
  return icon?.startsWith('data:image/') ? el('img', { src: icon, alt: '', width: '28', height: '28' }) : el('span', { class: 'no-icon' })
}

function sandboxValues({ rpcUrl, chainId, payer }: Sandbox): [string, Node][] {
  const value = (text: string) => el('span', { class: 'copyable' }, el('code', {}, text), copyButton('Copy', text))
  return [
    ['RPC URL', value(rpcUrl)],
    ['Chain id', value(String(chainId))],
    ['Test key (public)', value(payer.privateKey)],
  ]
}
