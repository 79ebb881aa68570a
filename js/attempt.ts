/** What `act` gives; nothing where it throws. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** Does what is of no consequence where it fails, at once or later. */
export function quietly(act: () => unknown): void {
  attempt(() => void Promise.resolve(act()).catch(() => {}))
}

/** The time, also where a page has replaced `Date.now` by a function that throws. Milliseconds since the epoch. */
// biome-ignore lint/complexity/useDateNow: it is what has thrown
export const now = (): number => attempt(() => Date.now()) ?? new Date().getTime()
