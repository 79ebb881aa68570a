import { unlessAborted } from './abort.js'

/**
 * Returns a function by which the calls of this page take turns at a thing. It resolves with the function that ends the
 * turn, and rejects with the signal's reason once that fires.
 */
export function turns(): (id: string, signal?: AbortSignal) => Promise<() => void> {
  const last = new Map<string, Promise<void>>()
  return async (id, signal) => {
    const before = last.get(id)
    let end = () => {}
    const mine = new Promise<void>((resolve) => (end = resolve))
    // A call that gives up waiting lets no other past those before it.
    const over = Promise.all([before, mine]).then(() => {
      if (last.get(id) === over) last.delete(id)
    })
    last.set(id, over)
    try {
      if (signal?.aborted) throw signal.reason
      if (before) await unlessAborted(signal, before, (reason) => reason as Error)
    } catch (reason) {
      end()
      throw reason
    }
    return end
  }
}
