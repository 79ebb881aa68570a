import { el } from '../ui/dom'
import { STEPS, type Step } from './narrate'
import { stopwatch, timeOfDay } from '../ui/words'

type Mark = 'todo' | 'now' | 'done' | 'skipped' | 'stopped'

const SIGNS: Record<Mark, string> = { todo: '', now: '●', done: '✓', skipped: '–', stopped: '✕' }
const SPOKEN: Record<Mark, string> = {
  todo: 'to come',
  now: 'now',
  done: 'done',
  skipped: 'skipped',
  stopped: 'stopped here',
}

interface Row {
  name: Step
  mark: Mark
  at?: number
}

/** The list of steps; a step is marked by sign, word and weight, not by colour alone. */
export class Steps {
  readonly #list: HTMLOListElement
  #rows: Row[] = []
  #startedAt = 0

  constructor(list: HTMLOListElement) {
    this.#list = list
  }

  /** A task taken up later starts further on: its first steps are not this list's to tell. */
  start(from: Step): void {
    this.#startedAt = Date.now()
    const names = Object.keys(STEPS) as Step[]
    this.#rows = names.slice(names.indexOf(from)).map((name) => ({ name, mark: 'todo' }))
    this.enter(from)
  }

  get current(): Step | undefined {
    return this.#rows.find(({ mark }) => mark === 'now')?.name
  }

  /** True if this is news. A step already passed is never entered again. */
  enter(step: Step): boolean {
    const target = this.#rows.findIndex(({ name }) => name === step)
    if (this.#rows[target]?.mark !== 'todo') return false
    this.#rows.forEach((row, index) => {
      if (index < target && row.mark === 'now') row.mark = 'done'
      if (index < target && row.mark === 'todo') row.mark = 'skipped'
      if (index === target) Object.assign(row, { mark: step === 'ready' ? 'done' : 'now', at: Date.now() })
    })
    this.#draw()
    return true
  }

  stop(): void {
    for (const row of this.#rows) if (row.mark === 'now') row.mark = 'stopped'
    this.#draw()
  }

  #draw(): void {
    this.#list.replaceChildren(
      ...this.#rows.map(({ name, mark, at }) =>
        el(
          'li',
          { class: mark, 'data-step': name, 'aria-current': mark === 'now' ? 'step' : undefined },
          el('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[mark]),
          el('span', { class: 'name' }, STEPS[name]),
          el('span', { class: mark === 'stopped' || mark === 'skipped' ? 'hint' : 'unseen' }, ` ${SPOKEN[mark]}`),
          at
            ? el(
                'time',
                { datetime: new Date(at).toISOString(), title: timeOfDay(at) },
                stopwatch(at - this.#startedAt),
              )
            : '',
        ),
      ),
    )
  }
}
