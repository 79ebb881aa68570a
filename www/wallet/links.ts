import { el, outsideLink, safeUrl } from '../ui/dom'

interface Link { name: string; url: string }

/** Where to get a wallet, or to open this page in one: as the library names them in `details.links` of `no_wallet`. */
export function walletLinks(details: unknown): HTMLElement | null {
  const links = ((details as { links?: Link[] } | undefined)?.links ?? []).filter(({ url }) => safeUrl(url))
  if (links.length === 0) return null
  const list = el('ul', { class: 'links' }, ...links.map(({ name, url }) => el('li', {}, outsideLink(name, url))))
  return el('div', { class: 'stack' }, el('p', { class: 'hint' }, 'Get one, or open this page in its own browser:'), list)
}
