import { quietly } from './attempt.js'
import { Line, type Answer, type Outcome } from './line.js'
import { lock } from './lock.js'
import { attend, standing, type Presence } from './presence.js'
import { hearOthers, tellOthers } from './tabs.js'

/** How a rest between two looks ended, for the core. */
interface Told extends Presence {
  /** The time has come. */
  due: boolean
  /** What another tab heard of the task. */
  heard?: Answer
}

/** So long the answer of a tab that is looking is waited for. */
const TURN_MS = 2_000

/** A timer takes no more. */
const LONGEST_MS = 2e9

/**
 * One wait for a task: the rests between its looks. Of all that wait for the same task, one looks at a time, and all
 * hear what it hears.
 */
export class Vigil {
  readonly #task: string
  readonly #leave: () => void
  readonly #listen: () => void
  /** A page that hears something while it is left cannot come back as it is. */
  #deafen = () => {}
  #heard: Answer | undefined
  /** The core does not know yet how the page stands. */
  #untold = true
  #ended = false
  readonly line = new Line({ hear: (outcome) => this.#tell(outcome) })
  #wake = () => {}
  #release: (() => void) | undefined

  /** `task` is the same in every tab. */
  constructor(task: string) {
    this.#task = task
    const changed = (type: string) => {
      this.#untold = true
      if (type === 'pagehide') {
        this.line.callOff()
        this.#deafen()
      }
      if (type === 'pageshow') this.#listen()
      this.#wake()
    }
    const hear = (heard: Answer) => {
      this.#heard = heard
      this.line.callOff()
      this.#wake()
    }
    this.#leave = attend(changed)
    this.#listen = () => {
      this.#deafen()
      this.#deafen = hearOthers(task, this, hear)
    }
    this.#listen()
  }

  readonly rest = async (until: number): Promise<Told> => {
    this.#release?.()
    await this.#pass(until - Date.now())
    if (!this.#isNews) await this.#takeTurn()
    const due = !this.#isNews
    const heard = this.#heard
    this.#heard = undefined
    this.#untold = false
    return { ...standing(), due, ...(heard && { heard }) }
  }

  end(): void {
    this.#ended = true
    this.#leave()
    this.#deafen()
    this.#release?.()
    this.#wake()
  }

  /** The look is over. */
  #tell(outcome: Outcome): void {
    tellOthers(this.#task, outcome, this)
    if ('body' in outcome) this.#heard = undefined
    this.#release?.()
  }

  get #isNews(): boolean {
    return this.#untold || this.#heard !== undefined
  }

  /** Lets the time pass, unless there is news. */
  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isNews || this.#ended) return resolve()
      const timer = setTimeout(resolve, Math.min(ms, LONGEST_MS))
      this.#wake = () => {
        quietly(() => clearTimeout(timer))
        resolve()
      }
    })
  }

  /**
   * Keeps others from looking meanwhile. Where another is looking, its answer should come, but is not relied on: its
   * tab may sleep.
   */
  async #takeTurn(): Promise<void> {
    this.#release = await lock(`imagine-x402/look/${this.#task}`, { ifAvailable: true }).catch(() => () => {})
    if (this.#ended) this.#release?.()
    if (!this.#release) await this.#pass(TURN_MS)
  }
}
