import { attempt } from './attempt.js'
import type { AnyImagineError, ErrorCode, Paid, Receipt } from './types.js'

/** Marks our errors across copies of the package, where `instanceof` fails. */
const BRAND = Symbol.for('imagine-x402.error')

/** Letters of the cause's message in `toJSON`. */
const LONGEST_CAUSE = 1_000

/** The members of an {@link ImagineError}, as the core returns them. */
export type Failure = Pick<
  ImagineError,
  'code' | 'stage' | 'paid' | 'retry' | 'message' | 'taskId' | 'receipt' | 'details' | 'cause'
>

/** What went wrong, whether money moved, and what to do next. */
export class ImagineError extends Error {
  /** What happened, as a code. */
  declare readonly code: ErrorCode
  /** The stage of the purchase at which it happened. */
  declare readonly stage: 'request' | 'quote' | 'wallet' | 'payment' | 'wait'
  /** Whether money moved, as far as can be known. `no` only if that is certain. */
  declare readonly paid: Paid
  /**
   * `safe`: call again. `resume`: do not pay again, call `resume()`. `pays_again`: a new call is a new purchase.
   * `never`: the same call will fail again.
   */
  declare readonly retry: 'safe' | 'resume' | 'pays_again' | 'never'
  /** The task, if there is one. */
  declare readonly taskId?: string | undefined
  /** What was paid, if known. */
  declare readonly receipt?: Receipt | undefined
  /**
   * Structured facts, such as `{ have, need, address }`, `{ price, cap }`, `{ offers }`, `{ wallets, links }` if there
   * is no wallet, or `{ status, body, reason }` of a response, where `reason` is the service's own, as one line of
   * plain text.
   */
  declare readonly details?: Record<string, unknown> | undefined
  /** What the wallet, the network or the page's own function threw, unchanged. */
  declare readonly cause?: unknown

  /** @internal The library makes errors; pages only read them. */
  constructor({ message, ...failure }: Failure) {
    super(message, 'cause' in failure ? { cause: failure.cause } : undefined)
    delete failure.cause
    // The same name as the platform's own abort errors.
    Object.assign(this, failure, { name: failure.code === 'aborted' ? 'AbortError' : 'ImagineError' })
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** For logs: the name, the message and the cause in words, too, which `JSON.stringify` leaves out of errors. */
  toJSON(): Record<string, unknown> {
    const { message, cause } = this
    const why =
      cause === undefined
        ? {}
        : { cause: attempt(() => String((cause as Partial<Error>)?.message ?? cause).slice(0, LONGEST_CAUSE)) }
    return { ...Object.fromEntries(Object.entries(this)), message, ...why }
  }
}

/**
 * Whether a caught value is an {@link ImagineError}, of this copy of the package or another. Its `code` then tells the
 * type of its `details`.
 */
export function isImagineError(value: unknown): value is AnyImagineError {
  return typeof value === 'object' && value !== null && attempt(() => BRAND in value) === true
}

/** Copies an error with some members overridden. */
export function restate(error: ImagineError, known: Partial<Failure>): ImagineError {
  const { message } = error
  return new ImagineError({ ...error, message, ...('cause' in error && { cause: error.cause }), ...known })
}

/** An error that the facade itself finds, before anything is sent. */
export function refuse(code: ErrorCode, message: string, known: Partial<Failure> = {}): ImagineError {
  const retry = code === 'invalid_request' ? 'never' : 'safe'
  return new ImagineError({ code, stage: 'request', paid: 'no', retry, message, ...known })
}

/**
 * Returns what was thrown as an {@link ImagineError}. Anything else was thrown by the browser, the page or Node at some
 * point, so whether money moved is unknown.
 */
export function asError(thrown: unknown, known: Partial<Failure> = {}): ImagineError {
  if (isImagineError(thrown)) return thrown
  const words =
    attempt(() => String((thrown as Partial<Error> | null)?.message ?? thrown)) ?? 'nothing that could be read'
  const message = `something outside of the library threw an error: ${words}; call \`resume()\` to find out what became of the purchase`
  return refuse('unsupported_environment', message, { paid: 'unknown', retry: 'resume', cause: thrown, ...known })
}
