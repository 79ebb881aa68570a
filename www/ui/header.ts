import type { Mode } from '../mode/mode'
import { byId, el } from './dom'

export function showHeader({ kind, name, truth }: Mode): void {
  byId('network', HTMLElement).replaceChildren(el('span', { class: 'dot', 'aria-hidden': 'true' }), name)
  document.documentElement.dataset['network'] = kind
  byId('truth-text', HTMLElement).textContent = truth
  const other = byId('truth-link', HTMLAnchorElement)
  other.textContent = kind === 'live' ? 'Try it with play money first' : 'Pay for real, with your own wallet'
  other.href = kind === 'live' ? '?mock' : '?live'
  byId('usual', HTMLElement).textContent =
    kind === 'live'
      ? 'usually after one to three minutes'
      : `here after about ${kind === 'mock' ? 'twenty' : 'ten'} seconds`
}
