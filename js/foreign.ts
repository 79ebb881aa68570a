/** What belongs to the browser, the page or a wallet: it may be missing, replaced, or throw. */
import { refuse } from './error.js'

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

/** Whether a value is an instance of that global class, which need not be there. */
export function isA<T>(name: string, value: unknown): value is T {
  const type = read(name)
  return typeof type === 'function' && value instanceof type
}

const read = (name: string): unknown => attempt(() => (globalThis as Record<string, unknown>)[name])

/**
 * Checks that the environment has these globals.
 *
 * @throws {@link ImagineError} `unsupported_environment` with the names of those that are missing
 */
export function need(...names: string[]): void {
  const missing = names.filter((name) => read(name) == null)
  if (missing.length === 0) return
  const list = missing.map((name) => `\`${name}\``).join(', ')
  throw refuse('unsupported_environment', `this environment has no ${list}, which imagine-x402 needs; nothing was sent`, { retry: 'never' })
}
