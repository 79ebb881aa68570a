/** The result of `act`, or `undefined` if it throws. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** Best-effort: ignores what `act` throws, or rejects with later. */
export function quietly(act: () => unknown): void {
  attempt(() => void Promise.resolve(act()).catch(() => {}))
}

/** Milliseconds since the epoch, even if a page has replaced `Date.now` with a function that throws. */
// biome-ignore lint/complexity/useDateNow: it is what has thrown
export const now = (): number => attempt(() => Date.now()) ?? new Date().getTime()
