import { unlessAborted } from './abort.js'
import type { AcceptedTask } from './core.js'
import { ImagineError } from './error.js'
import { safely, tell } from './events.js'
import type { Generation, ImagineEvent, Receipt, Task, TaskSnapshot, TaskStatus, WaitOptions } from './types.js'

/** What a task needs of the client that bought it. */
export interface Watching {
  watch(options: WaitOptions, notify: (event: ImagineEvent) => void): Promise<Generation>
  status(taskId: string): Promise<TaskStatus>
}

interface Poller {
  result: Promise<Generation>
  abort: AbortController
}

/** Called with an event, or with none when only the snapshot changed. */
type Listener = (event?: ImagineEvent) => void

/** An accepted task with one poller, which runs while somebody listens. */
export class AcceptedTaskHandle implements Task {
  readonly taskId: string
  readonly receipt: Receipt | null
  #listeners = new Set<Listener>()
  #poller: Poller | undefined
  #snapshot: TaskSnapshot

  constructor(
    readonly id: string,
    { taskId, receipt }: AcceptedTask,
    private readonly watching: Watching,
  ) {
    this.taskId = taskId
    this.receipt = receipt
    this.#snapshot = { status: null, result: null, receipt: this.receipt, error: null, heardAt: null }
  }

  async wait(options: WaitOptions = {}): Promise<Generation> {
    const { signal } = options
    if (this.#snapshot.result && !signal?.aborted) return this.#snapshot.result
    const leave = this.#join((event) => event && tell(options, event), options)
    try {
      return await unlessAborted(signal, this.#poller!.result, (reason) => this.#aborted(reason))
    } finally {
      leave()
    }
  }

  async refresh(): Promise<TaskStatus> {
    const status = await this.watching.status(this.taskId)
    if (status.status === 'completed') status.result.receipt = this.receipt
    this.#hear({ type: 'status', status, heardAt: Date.now() })
    return status
  }

  stop(): void {
    this.#poller?.abort.abort()
  }

  subscribe(run: (snapshot: TaskSnapshot) => void): () => void {
    const show = () => safely(() => run(this.#snapshot))
    show()
    return this.#join(show)
  }

  getSnapshot(): TaskSnapshot {
    return this.#snapshot
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ImagineEvent, void> {
    const queue: ImagineEvent[] = [{ type: 'accepted', taskId: this.taskId, receipt: this.receipt }]
    let wake = () => {}
    const leave = this.#join((event) => {
      if (event) queue.push(event)
      wake()
    })
    let ended = false
    const end = () => {
      ended = true
      wake()
    }
    const result = this.#snapshot.result ? Promise.resolve(this.#snapshot.result) : this.#poller!.result
    result.then(end, end)
    try {
      while (!ended || queue.length > 0) {
        const event = queue.shift()
        if (event) yield event
        else await new Promise<void>((resolve) => (wake = resolve))
      }
      await result
    } finally {
      leave()
    }
  }

  /** Listens, and starts the poller for the first listener. The last to leave stops it. */
  #join(listener: Listener, options: WaitOptions = {}): () => void {
    this.#listeners.add(listener)
    if (!this.#poller && !this.#snapshot.result) this.#poller = this.#poll(options)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.stop()
    }
  }

  #poll(options: WaitOptions): Poller {
    const abort = new AbortController()
    const watched = this.watching.watch({ ...options, signal: abort.signal }, (event) => this.#hear(event))
    const result = watched.then((generation) => {
      this.#hear({ type: 'done', result: generation })
      return generation
    })
    const poller = { result, abort }
    const over = () => {
      if (this.#poller === poller) this.#poller = undefined
    }
    result.then(over, (error: unknown) => {
      over()
      if (!abort.signal.aborted && error instanceof ImagineError) this.#change({ error })
    })
    return poller
  }

  #hear(event: ImagineEvent): void {
    if (event.type === 'status') this.#change({ status: event.status, heardAt: event.heardAt, error: null }, event)
    else if (event.type === 'done') this.#change({ result: event.result }, event)
    else this.#tellAll(event)
  }

  #change(change: Partial<TaskSnapshot>, event?: ImagineEvent): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    this.#tellAll(event)
  }

  #tellAll(event?: ImagineEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  #aborted(cause: unknown): ImagineError {
    const paid = this.receipt ? 'yes' : 'no'
    const message = `the wait was aborted; the job goes on as task ${this.taskId}`
    const about = { taskId: this.taskId, ...(this.receipt && { receipt: this.receipt }) }
    return new ImagineError({ code: 'aborted', stage: 'wait', paid, retry: 'resume', message, cause, ...about })
  }
}
