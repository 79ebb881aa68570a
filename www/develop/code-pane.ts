import { byId, copyButton, el } from '../ui/dom'
import { tabs } from '../ui/tabs'
import { CODE, type Values } from './code'
import { highlight } from './highlight'

const pane = byId('code', HTMLElement)

/** The code of what the form says now. */
export class CodePane {
  #values: Values | null = null
  #chosen = 'Vanilla'
  readonly #panels = Object.keys(CODE).map((name) => ({
    name,
    panel: el('div', {}, el('pre', { tabindex: '0' })),
  }))

  constructor() {
    const copy = copyButton('Copy', () => this.#text(this.#chosen))
    pane.replaceChildren(
      ...tabs('Code', this.#panels, (name) => {
        this.#chosen = name
      }),
      copy,
    )
  }

  show(values: Values): void {
    this.#values = values
    for (const { name, panel } of this.#panels) {
      panel.querySelector('pre')?.replaceChildren(...highlight(this.#text(name)))
      panel.querySelector('pre')?.setAttribute('aria-label', `Code for ${name}`)
    }
  }

  #text(name: string): string {
    return this.#values ? (CODE[name]?.(this.#values) ?? '') : ''
  }
}
