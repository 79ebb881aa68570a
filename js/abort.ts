import { attempt } from './foreign.js'

/** The outcome of `work`, or a rejection with `late` when it takes more milliseconds than that. */
export async function within<T>(ms: number, work: Promise<T>, late?: unknown): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const ended = new Promise<never>((_, reject) => (timer = setTimeout(reject, ms, late)))
  return Promise.race([work, ended]).finally(() => clearTimeout(timer))
}

/** Resolves `aborted` with the reason once the signal fires, or with nothing once `forget` is called. */
export function onAbort(signal: AbortSignal | undefined): { aborted: Promise<unknown>; forget: () => void } {
  let fire = () => {}
  const aborted = new Promise<unknown>((resolve) => (fire = () => resolve(signal?.reason)))
  if (signal?.aborted) fire()
  signal?.addEventListener('abort', fire)
  const forget = () => {
    signal?.removeEventListener('abort', fire)
    fire()
  }
  return { aborted, forget }
}

const ends = new WeakMap<Promise<unknown>, AbortSignal>()

/** Returns a signal that fires once `work` has settled. A listener can be removed; a reaction to a promise cannot. */
function endOf(work: Promise<unknown>): AbortSignal {
  const known = ends.get(work)
  if (known) return known
  const controller = new AbortController()
  const end = () => controller.abort()
  work.then(end, end)
  ends.set(work, controller.signal)
  return controller.signal
}

/** The outcome of `work`, or the error of `abort` as soon as the signal fires. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>, abort: (reason: unknown) => Error): Promise<T> {
  const end = attempt(() => endOf(work))
  if (!end) return work // no AbortController: the load, which everything waits for, says so
  const { aborted, forget } = onAbort(signal)
  const { aborted: ended, forget: leave } = onAbort(end)
  try {
    await Promise.race([aborted.then((reason) => Promise.reject(abort(reason))), ended])
    return await work
  } finally {
    forget()
    leave()
  }
}
