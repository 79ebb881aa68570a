import type { ImagineEvent } from 'imagine-x402'
import { byId, copyButton, el } from '../ui/dom'
import { tabs } from '../ui/tabs'
import { timeOfDay } from '../ui/words'

const KEPT = 200

interface Heard {
  at: number
  event: ImagineEvent
}

/** Everything the library tells, in order, and what the service said last. */
export class LogPane {
  #heard: Heard[] = []
  readonly #list = el('ol', { class: 'events', tabindex: '0', 'aria-label': 'Events' })
  readonly #status = el('pre', { tabindex: '0', 'aria-label': 'The last answer of the service' })

  constructor() {
    const events = el(
      'div',
      {},
      this.#list,
      copyButton('Copy all', () => text(this.#heard)),
    )
    const raw = el('div', {}, this.#status)
    byId('log', HTMLElement).replaceChildren(
      ...tabs('Told by the library', [
        { name: 'Events', panel: events },
        { name: 'Last status', panel: raw },
      ]),
    )
    this.clear()
  }

  clear(): void {
    this.#heard = []
    this.#list.replaceChildren(el('li', { class: 'hint' }, 'Nothing has happened yet.'))
    this.#status.textContent = 'No task has been looked at yet.'
  }

  readonly hear = (event: ImagineEvent): void => {
    if (this.#heard.length === 0) this.#list.replaceChildren()
    this.#heard.push({ at: Date.now(), event })
    if (this.#heard.length > KEPT) this.#heard.shift()
    const { type, ...rest } = event
    this.#list.append(
      el(
        'li',
        {},
        el(
          'details',
          {},
          el('summary', {}, el('time', {}, timeOfDay(Date.now())), ` ${type}`),
          el('pre', { tabindex: '0' }, text(rest)),
        ),
      ),
    )
    if (this.#list.children.length > KEPT) this.#list.firstElementChild?.remove()
    this.#list.scrollTop = this.#list.scrollHeight
    if (event.type === 'status')
      this.#status.textContent = text(event.status.status === 'completed' ? event.status.result.raw : event.status)
  }
}

const text = (value: unknown) =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part), 2)
