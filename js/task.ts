import { unlessAborted } from './abort.js'
import type { AcceptedTask } from './core.js'
import { asError, ImagineError, refuse, restate } from './error.js'
import { safely, tell, type KeptEvent } from './events.js'
import { attempt, now, quietly } from './attempt.js'
import { readOptions, type Options } from './options.js'
import type {
  Generation,
  ImagineEvent,
  Paid,
  Receipt,
  SaveOptions,
  Task,
  TaskSnapshot,
  TaskStatus,
  WaitOptions,
} from './types.js'

/** What a task needs from the client that bought it. */
export interface Watching {
  watch(options: Options, notify: (event: ImagineEvent) => void): Promise<Generation>
  status(): Promise<TaskStatus>
  /** Whether the video is to be kept, unless a wait says otherwise. */
  keeps?: boolean | undefined
  /** Keeps the video in the browser. Never rejects. */
  keep(result: Generation): Promise<KeptEvent>
  /** The video that `made` resolves with, unless the browser has kept it. */
  save(made: () => Promise<Generation>, signal: AbortSignal | undefined): Promise<Blob>
}

/** One run of the core's wait. */
interface Poller {
  result: Promise<Generation>
  /** Settles `result`, even if the run itself gets a different answer later. */
  finish(result: Generation): void
  abort(): void
  /** A wait has set its interval and limit. Otherwise it runs while there are listeners. */
  hasLimits: boolean
}

interface Listener {
  onEvent?(event: ImagineEvent): void
  /** The snapshot has changed. */
  changed?(): void
  /** No more events; with an error if the task failed. */
  over?(error: ImagineError | null): void
}

/** An accepted task with one poller, which runs while there are waits or listeners. */
export class AcceptedTaskHandle implements Task {
  readonly id: string
  readonly taskId: string
  #receipt: Receipt | null
  #paid: Paid
  readonly #watching: Watching
  readonly #listeners = new Set<Listener>()
  #poller: Poller | undefined
  /** How many calls wait. */
  #waits = 0
  #progress: number | null = null
  #snapshot: TaskSnapshot

  constructor(id: string, { taskId, receipt, paid }: AcceptedTask, watching: Watching) {
    this.id = id
    this.taskId = taskId
    this.#receipt = receipt
    this.#paid = paid
    this.#watching = watching
    this.#snapshot = { status: null, result: null, receipt, error: null, heardAt: null }
    // Vue's `ref` would otherwise make a proxy, through which private members do not work.
    Object.defineProperty(this, '__v_skip', { value: true })
  }

  get receipt(): Receipt | null {
    return this.#receipt
  }

  /** Takes the receipt that names the transaction, once known. */
  settled(receipt: Receipt | undefined): void {
    if (!receipt) return
    this.#receipt = receipt
    this.#paid = 'yes'
    const { result } = this.#snapshot
    this.#change({ receipt, ...(result && { result: { ...result, receipt } }) })
  }

  readonly wait = (options?: WaitOptions): Promise<Generation> => this.#owned(this.#wait(options))

  async #wait(given?: WaitOptions): Promise<Generation> {
    const options = readOptions(given)
    const { signal } = options
    if (signal?.aborted) throw this.#aborted(signal.reason)
    const keeping = (result: Generation) => {
      if (options.keep ?? this.#watching.keeps) quietly(async () => tell(options, await this.#watching.keep(result)))
      return result
    }
    if (this.#snapshot.result) return keeping(this.#snapshot.result)
    this.#waits += 1
    const { result } = this.#poller?.hasLimits ? this.#poller : this.#start(options, true)
    const leave = this.#join({ onEvent: (event) => tell(options, event) })
    try {
      return keeping(await unlessAborted(signal, result, (reason) => this.#aborted(reason)))
    } finally {
      this.#waits -= 1
      leave()
    }
  }

  readonly refresh = async (): Promise<TaskStatus> => {
    const status = await this.#owned(this.#watching.status())
    const isDone = status.status === 'completed'
    const isKnown = isDone && this.#snapshot.status?.status === 'completed'
    // A running poller gets the same answer by itself and interprets it, but the end of the task would stop it first.
    if (!this.#poller || (isDone && !isKnown)) this.#receive({ type: 'status', status, heardAt: now() })
    if (isDone) this.#finish(status.result)
    return status
  }

  readonly save = (options?: SaveOptions): Promise<Blob> => this.#owned(this.#save(options))

  async #save(given?: SaveOptions): Promise<Blob> {
    const { signal } = readOptions(given)
    const aborted = (reason: unknown) => this.#aborted(reason, 'the video was not saved: the call was aborted')
    if (signal?.aborted) throw aborted(signal.reason)
    return unlessAborted(
      signal,
      this.#watching.save(() => this.#made(), signal),
      aborted,
    )
  }

  /** The result, for which a task that nobody has waited for is polled once. */
  async #made(): Promise<Generation> {
    if (this.#snapshot.result) return this.#snapshot.result
    const status = await this.refresh()
    if (status.status === 'completed') return status.result
    throw refuse(
      'invalid_request',
      `the task is \`${status.status}\`: there is no video to save; \`wait()\` for it first`,
    )
  }

  readonly stop = (): void => {
    const poller = this.#poller
    this.#poller = undefined
    poller?.abort()
    this.#each((listener) => listener.over?.(null))
  }

  readonly subscribe = (run: (snapshot: TaskSnapshot) => void): (() => void) => {
    const changed = () => safely(() => run(this.#snapshot))
    changed()
    return this.#listen({ changed })
  }

  readonly getSnapshot = (): TaskSnapshot => this.#snapshot;

  [Symbol.asyncIterator](): AsyncIterator<ImagineEvent, undefined> {
    const queue: ImagineEvent[] = [{ type: 'accepted', taskId: this.taskId, receipt: this.receipt }]
    const { result } = this.#snapshot
    if (result) queue.push({ type: 'done', result })
    let ended = result !== null
    let failure: ImagineError | null = null
    let wake = () => {}
    const end = (error: ImagineError | null) => {
      ended = true
      failure = error
      leave()
      wake()
    }
    const leave = this.#listen({
      onEvent: (event) => {
        queue.push(event)
        if (event.type === 'done') end(null)
        wake()
      },
      over: end,
    })
    const step = async (): Promise<IteratorResult<ImagineEvent, undefined>> => {
      while (queue.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve))
      const value = queue.shift()
      if (value) return { value, done: false }
      const error = failure
      failure = null
      if (error) throw error
      return { value: undefined, done: true }
    }
    let last: Promise<unknown> = Promise.resolve()
    const next = () => {
      const turn = last.then(step, step)
      last = turn
      return turn
    }
    const over = async (): Promise<IteratorResult<ImagineEvent, undefined>> => {
      queue.length = 0
      end(null)
      return next()
    }
    return { next, return: over }
  }

  /** Adds a listener. When the last one leaves, the poller stops. */
  #join(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.stop()
    }
  }

  /** Adds a listener that sets no limit, and starts the poller for it. */
  #listen(listener: Listener): () => void {
    const leave = this.#join(listener)
    if (!this.#poller && !this.#snapshot.result) this.#start(readOptions({ timeout: null }), false)
    return leave
  }

  /** Starts a poller instead of the previous one. */
  #start(options: Options, hasLimits: boolean): Poller {
    const controller = attempt(() => new AbortController())
    const abort = () => quietly(() => controller?.abort())
    const watched = this.#watching.watch({ ...options, signal: controller?.signal }, (event) => {
      if (this.#poller === poller) this.#receive(event)
    })
    let finish!: Poller['finish']
    const result = new Promise<Generation>((resolve, reject) => {
      finish = resolve
      this.#owned(watched).then(resolve, reject)
    })
    const poller = { result, finish, abort, hasLimits }
    const before = this.#poller
    this.#poller = poller
    before?.abort()
    result.then(
      (result) => this.#finish(result),
      (error: ImagineError) => this.#ended(poller, error),
    )
    return poller
  }

  #finish(result: Generation): void {
    if (this.#snapshot.result) return
    this.#change({ result, error: null })
    this.#receive({ type: 'done', result })
    // Each wait decides for itself, once it has the result.
    if (this.#watching.keeps && this.#waits === 0) quietly(() => this.#watching.keep(result))
    const poller = this.#poller
    this.#poller = undefined
    poller?.finish(result)
    poller?.abort()
  }

  /** A wait that timed out or had an invalid option does not end the task: listeners without a limit keep listening. */
  #ended(poller: Poller, error: ImagineError): void {
    if (this.#poller !== poller) return
    this.#poller = undefined
    const lasting = [...this.#listeners].some((listener) => listener.changed ?? listener.over)
    if (error.code === 'wait_timeout' || error.code === 'invalid_request') {
      if (lasting) this.#start(readOptions({ timeout: null }), false)
    } else {
      this.#change({ error })
      this.#each((listener) => listener.over?.(error))
    }
  }

  #receive(event: ImagineEvent): void {
    if (event.type === 'status') {
      event = { ...event, status: this.#forward(event.status) }
      this.#change({ status: event.status, heardAt: event.heardAt, error: null })
    }
    this.#each((listener) => listener.onEvent?.(event))
  }

  #change(change: Partial<TaskSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    this.#each((listener) => listener.changed?.())
  }

  #each(act: (listener: Listener) => void): void {
    for (const listener of [...this.#listeners]) act(listener)
  }

  /** The same status, with a progress that never goes back. */
  #forward(status: TaskStatus): TaskStatus {
    if (!('progress' in status)) return status
    if (status.progress !== null) this.#progress = Math.max(this.#progress ?? 0, status.progress)
    return { ...status, progress: this.#progress } as TaskStatus
  }

  /** Whatever error occurs with this task, it carries the task and the fact that it was paid. */
  async #owned<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (thrown) {
      const error = asError(thrown, { stage: 'wait' })
      if (error.taskId) throw error
      throw restate(error, {
        paid: this.#paid,
        retry: 'resume',
        taskId: this.taskId,
        ...(this.receipt && { receipt: this.receipt }),
      })
    }
  }

  #aborted(cause: unknown, message = `the wait was aborted; the job goes on as task ${this.taskId}`): ImagineError {
    const about = { taskId: this.taskId, ...(this.receipt && { receipt: this.receipt }) }
    return new ImagineError({
      code: 'aborted',
      stage: 'wait',
      paid: this.#paid,
      retry: 'resume',
      message,
      cause,
      ...about,
    })
  }
}
