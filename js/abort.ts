import { attempt, quietly } from './attempt.js'

/** Resolves `aborted` with the reason once the signal fires, or with `undefined` once `forget` is called. */
function onAbort(signal: AbortSignal | undefined): { aborted: Promise<unknown>; forget: () => void } {
  let fire = () => {}
  const aborted = new Promise<unknown>((resolve) => (fire = () => resolve(attempt(() => signal?.reason))))
  if (signal?.aborted) fire()
  signal?.addEventListener('abort', fire)
  const forget = () => {
    quietly(() => signal?.removeEventListener('abort', fire))
    fire()
  }
  return { aborted, forget }
}

/**
 * Whether some work has settled, with listeners that are called when it does. Unlike a reaction to a promise, a
 * listener can be removed.
 */
interface End {
  isOver: boolean
  listeners: Set<() => void>
}

const ends = new WeakMap<Promise<unknown>, End>()

function endOf(work: Promise<unknown>): End {
  const known = ends.get(work)
  if (known) return known
  const end: End = { isOver: false, listeners: new Set() }
  const settle = () => {
    end.isOver = true
    for (const tell of end.listeners) tell()
    end.listeners.clear()
  }
  work.then(settle, settle)
  ends.set(work, end)
  return end
}

/** The outcome of `work`, or the error of `abort` as soon as the signal fires (at once if it already has). */
export async function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: Promise<T>,
  abort: (reason: unknown) => unknown,
): Promise<T> {
  const { isOver, listeners } = endOf(work)
  if (signal?.aborted) throw abort(attempt(() => signal.reason))
  const { aborted, forget } = onAbort(signal)
  let over = () => {}
  const ended = new Promise<void>((resolve) => (over = resolve))
  if (isOver) over()
  else listeners.add(over)
  try {
    await Promise.race([aborted.then((reason) => Promise.reject(abort(reason))), ended])
    return await work
  } finally {
    forget()
    listeners.delete(over)
  }
}
