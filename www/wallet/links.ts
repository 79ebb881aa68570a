import { el, outsideLink, safeUrl } from '../ui/dom'
import { phoneCode } from './phone-code'

interface Link {
  name: string
  url: string
}

/** Where their makers offer them for this browser. */
const INSTALL: Link[] = [
  { name: 'MetaMask', url: 'https://metamask.io/download' },
  { name: 'Coinbase Wallet', url: 'https://www.coinbase.com/wallet/downloads' },
  { name: 'Rabby', url: 'https://rabby.io' },
]

/** Where to get a wallet, or to open this page in one: as the library names them in `details.links` of `no_wallet`. */
export function walletLinks(details: unknown): HTMLElement | null {
  const links = ((details as { links?: Link[] } | undefined)?.links ?? []).filter(({ url }) => safeUrl(url))
  if (links.length === 0) return null
  return el(
    'div',
    { class: 'stack' },
    ...(isPhone()
      ? group('Open this page in your wallet’s own browser:', links)
      : [
          ...group('Install one in this browser:', INSTALL),
          ...group('Or open this page in a wallet’s own browser, on a phone:', links),
          phoneCode(),
        ]),
  )
}

/** Browsers of phones take no wallets. An iPad calls itself a Mac, with touch. */
const isPhone = (): boolean =>
  /iPhone|iPad|Android/i.test(navigator.userAgent) ||
  (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)

function group(title: string, links: Link[]): HTMLElement[] {
  return [
    el('p', { class: 'hint' }, title),
    el('ul', { class: 'links' }, ...links.map(({ name, url }) => el('li', {}, outsideLink(name, url)))),
  ]
}
