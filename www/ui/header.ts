import type { Mode } from '../mode/mode'
import { byId, el, outsideLink } from './dom'

const PACKAGE = 'https://www.npmjs.com/package/imagine-x402'

export function showHeader({ kind, name, truth }: Mode): void {
  byId('version', HTMLElement).textContent = `v${VERSION}`
  byId('size', HTMLElement).textContent = `${(GZIP_BYTES / 1024).toFixed(1)} kB gzip`
  const links: [string, string][] = [['npm', PACKAGE], ['Docs', `${PACKAGE}#readme`], ...(SOURCE_URL ? [['GitHub', SOURCE_URL] as [string, string]] : [])]
  byId('links', HTMLElement).replaceChildren(...links.map(([text, url]) => outsideLink(text, url)))
  byId('network', HTMLElement).replaceChildren(el('span', { class: 'dot', 'aria-hidden': 'true' }), name)
  document.documentElement.dataset['network'] = kind
  byId('truth-text', HTMLElement).textContent = truth
  const other = byId('truth-link', HTMLAnchorElement)
  other.textContent = kind === 'live' ? 'Try it with play money first' : 'Pay for real, with your own wallet'
  other.href = kind === 'live' ? '?mock' : '?live'
  byId('usual', HTMLElement).textContent = kind === 'live' ? 'usually after one to three minutes' : `here after about ${kind === 'mock' ? 'twenty' : 'ten'} seconds`
}
