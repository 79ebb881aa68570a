'use client'
/**
 * React hooks. None of them pays by itself: money moves only in `generate`, which a click handler calls. All are safe
 * under StrictMode and during server-side rendering, where they show their initial state.
 */
import { quote, resume, submit, watchWallets } from 'imagine-x402'
import type {
  Config,
  Generation,
  GenerateRequest,
  ImagineError,
  ImagineEvent,
  Quote,
  Receipt,
  Task,
  TaskSnapshot,
  WalletInfo,
} from 'imagine-x402'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { attempt } from './attempt.js'
import { named, names } from './named.js'
import OPTIONS from './option-names.json' with { type: 'json' }
import FIELDS from './request-names.json' with { type: 'json' }

/**
 * Options as the library reads them; `undefined` if they cannot be read, in which case the call itself will reject
 * them.
 */
const read = <T extends object>(given: T | null | undefined, names: string[]): T | undefined =>
  attempt(() => named(given, names) as T)

/** A value that components can subscribe to. */
/** The same of the options of a purchase, with a wallet that is not there yet as `null`. */
const readOptions = (given: Config): Config | undefined => {
  const options = read(given, OPTIONS)
  return options && !options.wallet && attempt(() => names(given, 'wallet')) ? { ...options, wallet: null } : options
}

class Store<T> {
  #value: T
  readonly #listeners = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  readonly get = (): T => this.#value

  readonly subscribe = (run: () => void): (() => void) => {
    this.#listeners.add(run)
    return () => void this.#listeners.delete(run)
  }

  set(value: T): void {
    this.#value = value
    for (const run of [...this.#listeners]) run()
  }
}

/** The state of a purchase. */
export interface Purchase {
  /** `buying` until the payment is accepted, `waiting` until the video is ready. */
  step: 'idle' | 'buying' | 'waiting' | 'done' | 'failed'
  /** The latest event. */
  event: ImagineEvent | null
  /** 0 to 100; `null` if the service reports none. */
  progress: number | null
  /** The accepted task. */
  task: Task | null
  /** What was paid. */
  receipt: Receipt | null
  /** The result. */
  result: Generation | null
  /** Why it failed, and whether money moved. */
  error: ImagineError | null
}

/** The state of a purchase, and the functions that start and stop it. */
export interface UseGenerate extends Purchase {
  /**
   * Buys, and waits for the video. Resolves with `null` on failure: `error` says why. Call it in a click handler, never
   * in an effect. While a purchase is in progress, another call returns the same promise. It replaces a `resume` in
   * progress, whose promise then resolves with `null`.
   */
  generate(given: GenerateRequest | Quote): Promise<Generation | null>
  /**
   * Resumes a purchase from the journal (default: the newest that can still make progress). Never signs, so an
   * effect may call it. While `generate` is in progress, it returns that promise; it replaces a `resume` of another
   * purchase.
   */
  resume(taskId?: string): Promise<Generation | null>
  /** Stops waiting. The job goes on; `resume` picks it up. */
  stop(): void
}

const IDLE: Purchase = {
  step: 'idle',
  event: null,
  progress: null,
  task: null,
  receipt: null,
  result: null,
  error: null,
}

/**
 * One purchase at a time. Unmounting the component does not interrupt it: a payment in progress is finished, and the
 * journal has it.
 *
 * @param options those of the client and of each call; they may change at every render
 */
export function useGenerate(options: Config = {}): UseGenerate {
  const [buyer] = useState(() => new Buyer())
  buyer.options = options
  // biome-ignore lint/correctness/useExhaustiveDependencies: `enter` is the buyer's own
  useEffect(buyer.enter, [buyer])
  const purchase = useSyncExternalStore(buyer.purchase.subscribe, buyer.purchase.get, () => IDLE)
  const { generate, resume, stop } = buyer
  return { ...purchase, generate, resume, stop }
}

/** What is in progress: a purchase, or the task `wanted` that is resumed. */
interface Run {
  isPurchase: boolean
  wanted: string | undefined
  result: Promise<Generation | null>
}

class Buyer {
  readonly purchase = new Store(IDLE)
  options: Config = {}
  #isThere = false
  /** Counts the runs: only the latest one is shown. */
  #turn = 0
  #running: Run | undefined

  readonly generate = (given: GenerateRequest | Quote): Promise<Generation | null> => {
    const running = this.#running
    if (running?.isPurchase) return running.result
    return this.#start({ isPurchase: true, wanted: undefined }, (options) => submit(given, options))
  }

  readonly resume = (taskId?: string): Promise<Generation | null> => {
    const running = this.#running
    if (running && (running.isPurchase || running.wanted === taskId)) return running.result
    return this.#start({ isPurchase: false, wanted: taskId }, (options) => resume(taskId, options))
  }

  readonly stop = (): void => this.purchase.get().task?.stop()

  /** Stops waiting when the component has unmounted. */
  readonly enter = (): (() => void) => {
    this.#isThere = true
    return () => {
      this.#isThere = false
      this.stop()
    }
  }

  /** Replaces what is in progress: its purchase goes on, but is not waited for or shown any longer. */
  #start(about: Omit<Run, 'result'>, begin: (options: Config) => Promise<Task | null>): Promise<Generation | null> {
    if (this.#running) this.stop()
    const turn = ++this.#turn
    const isShown = () => this.#turn === turn
    const result = this.#run(begin, isShown).finally(() => {
      if (isShown()) this.#running = undefined
    })
    this.#running = { ...about, result }
    return result
  }

  async #run(begin: (options: Config) => Promise<Task | null>, isShown: () => boolean): Promise<Generation | null> {
    const change = (change: Partial<Purchase>) => {
      if (isShown()) this.purchase.set({ ...this.purchase.get(), ...change })
    }
    const options = readOptions(this.options)
    const observing: Config = options ? observed(change, options) : this.options
    change({ ...IDLE, step: 'buying' })
    try {
      const task = await begin(observing)
      if (!task || !this.#isThere || !isShown()) {
        change(IDLE)
        return null
      }
      change({ step: 'waiting', task, receipt: task.receipt })
      const result = await task.wait(observing)
      change({ step: 'done', result, progress: 100 })
      return result
    } catch (error) {
      change({ step: 'failed', error: error as ImagineError })
      return null
    }
  }
}

/** Options whose callbacks also update the state. */
function observed(change: (change: Partial<Purchase>) => void, options: Config): Config {
  return {
    ...options,
    onEvent: (event) => {
      change({ event })
      options.onEvent?.(event)
    },
    onProgress: (progress, status) => {
      change({ progress })
      options.onProgress?.(progress, status)
    },
  }
}

const nothing = () => null
const never = () => () => {}

/**
 * The state of a task, watched while a component shows it; `null` if there is no task.
 *
 * @param task from `submit`, `resume` or `useGenerate`
 */
export function useTask(task: Task | null | undefined): TaskSnapshot | null {
  return useSyncExternalStore<TaskSnapshot | null>(
    task?.subscribe ?? never,
    task?.getSnapshot ?? nothing,
    task?.getSnapshot ?? nothing,
  )
}

const NO_WALLETS: WalletInfo[] = []
const found = new Store(NO_WALLETS)

/** Asks the wallets once; those that load later announce themselves. */
function watchFound(run: () => void): () => void {
  const leave = found.subscribe(run)
  const stop = watchWallets((now) => {
    const before = found.get()
    if (now.length !== before.length || now.some(({ id }, i) => id !== before[i]?.id)) found.set(now)
  })
  return () => {
    stop()
    leave()
  }
}

/** The wallets on the page, including those that appear later. */
export function useWallets(): WalletInfo[] {
  return useSyncExternalStore(watchFound, found.get, () => NO_WALLETS)
}

/** The price of a request. */
export interface UseQuote {
  /** What it costs, or the task that was started for free (`'accepted' in quote`). Pass it to `generate`. */
  quote: Quote | null
  /** Why there is no price. */
  error: ImagineError | null
  /** The price of the current request has not arrived yet. */
  isLoading: boolean
}

interface Asked extends UseQuote {
  key: string
  image: unknown
}

const UNASKED: Asked = { key: '', image: undefined, quote: null, error: null, isLoading: false }

/**
 * Everything that a price depends on, as text. The call rejects what JSON cannot represent, so that need not be
 * distinguished.
 */
function keyOf(fields: object, { signal: _, wallet, confirm, onEvent, onProgress, ...options }: Config): string {
  const isOdd = (value: unknown) => typeof value === 'bigint' || typeof value === 'function'
  const write = (_: string, value: unknown) => (isOdd(value) ? String(value) : value)
  return attempt(() => JSON.stringify([fields, options], write)) ?? 'not JSON'
}

/**
 * The price of a request, requested once the request has not changed for `delay` milliseconds (default 400); `null`
 * requests nothing. Pass the quote to `generate` in the click handler.
 *
 * @param given the options of a call, and `delay` in milliseconds
 */
export function useQuote(request: GenerateRequest | null, given: Config & { delay?: number } = {}): UseQuote {
  const [store] = useState(() => new Store(UNASKED))
  const asked = useSyncExternalStore(store.subscribe, store.get, () => UNASKED)
  const known = read(given, [...OPTIONS, 'delay'])
  const { delay = 400, ...options } = known ?? {}
  const { image, ...fields }: Partial<GenerateRequest> = read(request, FIELDS) ?? {}
  const key = request ? keyOf(fields, options) : ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says when the request and the options are others
  useEffect(() => {
    if (!request) return
    const leaving = new AbortController()
    const { signal } = leaving
    const settle = (settled: Partial<Asked>) => {
      if (!signal.aborted) store.set({ ...UNASKED, ...settled, key, image })
    }
    const timer = setTimeout(() => {
      const asked = quote(request, known ? { ...options, signal } : given)
      asked.then(
        (quote) => settle({ quote }),
        (error: ImagineError) => settle({ error }),
      )
    }, delay)
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [store, key, image, delay])
  const isThere = asked.key === key && asked.image === image
  return isThere
    ? { quote: asked.quote, error: asked.error, isLoading: false }
    : { quote: null, error: null, isLoading: request !== null }
}
