import { lock } from './lock.js'
import { attend, standing, type Presence } from './presence.js'
import { hearOthers, tellOthers } from './tabs.js'
import { type Answer, Transport } from './transport.js'

/** How a rest between two looks ended, for the core. */
interface Told extends Presence {
  /** The time has come. */
  due: boolean
  /** What another tab heard of the task. */
  heard?: Answer
}

/**
 * One wait for a task: the rests between its looks. Of all that wait for the same task, one looks at a time, and all
 * hear what it hears.
 */
export class Watcher {
  readonly #task: string
  readonly #leave: () => void
  readonly #listen: () => void
  /** A page that hears something while it is left cannot come back as it is. */
  #deafen = () => {}
  #heard: Answer | undefined
  /** The core does not know yet how the page stands. */
  #untold = true
  #ended = false
  readonly transport = new Transport({ hear: (answer) => this.#tell(answer) })
  #wake = () => {}
  #release: (() => void) | undefined

  /** `task` is the same in every tab. */
  constructor(task: string) {
    this.#task = task
    const changed = (type: string) => {
      this.#untold = true
      if (type === 'pagehide') {
        this.transport.callOff()
        this.#deafen()
      }
      if (type === 'pageshow') this.#listen()
      this.#wake()
    }
    const hear = (heard: Answer) => {
      this.#heard = heard
      this.transport.callOff()
      this.#wake()
    }
    this.#leave = attend(changed)
    this.#listen = () => {
      this.#deafen()
      this.#deafen = hearOthers(task, this, hear)
    }
    this.#listen()
  }

  /** Resolves when it is late, or something has happened before. The core keeps the time. */
  readonly pause = (late: Promise<void>): Promise<void> => {
    late.catch(() => {}) // whoever does not wait for it is not told that it failed
    if (this.#isNews || this.#ended) return Promise.resolve()
    return Promise.race([late, new Promise<void>((resolve) => (this.#wake = resolve))])
  }

  /**
   * Keeps others from looking meanwhile. Resolves with whether this may look, or has to be told something before. What
   * another that looks is answered should come, but is not relied on: its tab may sleep.
   */
  readonly takeTurn = async (): Promise<boolean> => {
    if (this.#isNews) return true
    // A look that could not be sent has told nobody.
    this.#release?.()
    this.#release = await lock(`imagine-x402/look/${this.#task}`, { ifAvailable: true }).catch(() => () => {})
    if (this.#ended) this.#release?.()
    return this.#release !== undefined
  }

  /** How the page stands, and what has happened. */
  readonly told = (): Told => {
    const due = !this.#isNews
    const heard = this.#heard
    this.#heard = undefined
    this.#untold = false
    if (!due) this.#release?.()
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
  #tell(answer: Answer | undefined): void {
    tellOthers(this.#task, answer, this)
    if (answer) this.#heard = undefined
    this.#release?.()
  }

  get #isNews(): boolean {
    return this.#untold || this.#heard !== undefined
  }
}
