import { byId, say, write } from '../ui/dom'
import { secondsSince, stopwatch } from '../ui/words'

const panel = byId('making', HTMLElement)
const bar = byId('progress', HTMLProgressElement)
const label = byId('progress-label', HTMLElement)
const elapsed = byId('elapsed', HTMLElement)
const heard = byId('heard', HTMLElement)

/** What the service says of the job, and nothing else: no percentage is invented. */
export class Progress {
  readonly #usually: string
  #startedAt = 0
  #heardAt = 0
  #toldQuarter = 0
  #clock: ReturnType<typeof setInterval> | undefined

  constructor(usually: string) {
    this.#usually = usually
  }

  get isShown(): boolean {
    return !panel.hidden
  }

  show(): void {
    this.#startedAt = this.#heardAt = Date.now()
    this.#toldQuarter = 0
    panel.hidden = false
    this.#draw(null)
    this.#clock = setInterval(() => this.#tick(), 1000)
    this.#tick()
  }

  hide(): void {
    clearInterval(this.#clock)
    panel.hidden = true
  }

  hear(percent: number | null, at: number): void {
    this.#heardAt = at
    this.#draw(percent)
    this.#tick()
  }

  #draw(percent: number | null): void {
    if (percent === null) bar.removeAttribute('value')
    else bar.value = percent
    write(label, percent === null ? 'Progress: not reported yet' : `Progress: ${Math.round(percent)} %`)
    const quarter = Math.floor((percent ?? 0) / 25)
    if (quarter > this.#toldQuarter) say(`${quarter * 25} percent done.`)
    this.#toldQuarter = Math.max(quarter, this.#toldQuarter)
  }

  #tick(): void {
    write(elapsed, stopwatch(Date.now() - this.#startedAt))
    write(heard, `${this.#usually}. Last update ${secondsSince(this.#heardAt)}\u00a0s ago.`)
  }
}
