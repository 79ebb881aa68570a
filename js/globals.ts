/** The globals of the environment, any of which may be missing, replaced, or throw. */
import { attempt } from './attempt.js'
import { refuse } from './error.js'

/** Whether a value is an instance of that global class, which may be missing. */
export function isA<T>(name: string, value: unknown): value is T {
  const type = read(name)
  return typeof type === 'function' && value instanceof type
}

const read = (name: string): unknown => attempt(() => (globalThis as Record<string, unknown>)[name])

/** Classes that are tried out, since some environments have half implementations whose constructors throw. */
const MADE = ['TextDecoder', 'TextEncoder', 'Headers', 'AbortController', 'FormData']

const isThere = (name: string): boolean =>
  read(name) != null && (!MADE.includes(name) || attempt(() => new (read(name) as new () => object)()) !== undefined)

/**
 * Checks that the environment has these globals.
 *
 * @throws {@link ImagineError} `unsupported_environment` with the names of those that are missing
 */
export function need(...names: string[]): void {
  const missing = names.filter((name) => !isThere(name))
  if (missing.length === 0) return
  const list = missing.map((name) => `\`${name}\``).join(', ')
  throw refuse(
    'unsupported_environment',
    `this environment has no ${list}, which imagine-x402 needs; nothing was sent`,
    { retry: 'never' },
  )
}
