import type { ImagineEvent } from 'imagine-x402'
import { byId } from '../ui/dom'
import type { Values } from './code'
import type { CodePane } from './code-pane'
import type { LogPane } from './log-pane'

type Open = { code: CodePane; log: LogPane }

/**
 * What developers look at. Nobody buys with it, so it is loaded when it comes near the window, or has something to
 * tell.
 */
export class Panes {
  readonly #values: () => Values
  #open: Promise<Open | undefined> | undefined

  constructor(values: () => Values) {
    this.#values = values
    const watcher = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void this.#load()
      },
      { rootMargin: '200px' },
    )
    watcher.observe(byId('code', HTMLElement))
  }

  draw(): void {
    void this.#open?.then((open) => open?.code.show(this.#values()))
  }

  hear(event: ImagineEvent): void {
    void this.#load().then((open) => open?.log.hear(event))
  }

  clear(): void {
    void this.#open?.then((open) => open?.log.clear())
  }

  /** Once; without a network it is tried again when it is next needed. */
  #load(): Promise<Open | undefined> {
    this.#open ??= Promise.all([import('./code-pane'), import('./log-pane')])
      .then(([{ CodePane }, { LogPane }]) => {
        const open = { code: new CodePane(), log: new LogPane() }
        open.code.show(this.#values())
        return open
      })
      .catch(() => (this.#open = undefined))
    return this.#open
  }
}
