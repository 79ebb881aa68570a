/** Options and requests from a page, read once when the call is made. The core decides what is allowed. */
import { isImagineError, refuse } from './error.js'
import { named, names, plain } from './named.js'
import OPTIONS from './option-names.json' with { type: 'json' }
import FIELDS from './request-names.json' with { type: 'json' }
import MEMBERS from './member-names.json' with { type: 'json' }
import QUOTE from './quote-names.json' with { type: 'json' }
import type { Layer } from './core.js'
import { members } from './members.js'
import { nameOf, storeOf } from './store.js'
import type { Config, GenerateRequest, Quote } from './types.js'
import { providerOf } from './wallet-like.js'

/** The options of a call that the facade itself uses, and all that the core checks. */
export interface Options {
  signal: Config['signal'] | undefined
  /** `null` if the page has named one that is not there yet, such as the client of a hook. */
  wallet: Config['wallet'] | null | undefined
  confirm: Config['confirm'] | undefined
  onEvent: Config['onEvent'] | undefined
  onProgress: Config['onProgress'] | undefined
  storage: Config['storage'] | undefined
  upload: Config['upload'] | undefined
  keep: Config['keep'] | undefined
  /** Copies of what was passed: to the client first, then to the call, then to the wait. The core merges them. */
  layers: Record<string, unknown>[]
}

/** `assets` is a list of objects. */
const DEEPEST = 2

/** Reads options on top of earlier ones. */
export function readOptions(given?: Config | null, before?: Options): Options {
  return read('options', () => {
    const found = named(given, OPTIONS) as Config
    const { storage = before?.storage, upload, keep } = found
    const { signal, wallet, confirm, onEvent, onProgress, ...layer } = found
    // The core gets a page's own store as a name.
    if (typeof layer.storage === 'object' && layer.storage) Object.assign(layer, { storage: nameOf(layer.storage) })
    if (signal !== undefined && signal !== null && typeof signal.addEventListener !== 'function') {
      throw refuse('invalid_request', '`signal` takes an AbortSignal')
    }
    for (const [name, callback] of Object.entries({ confirm, onEvent, onProgress })) {
      if (callback !== undefined && callback !== null && typeof callback !== 'function')
        throw refuse('invalid_request', `\`${name}\` takes a function`)
    }
    return {
      signal: signal ?? before?.signal,
      wallet: walletOf(wallet, before, given),
      confirm: confirm ?? before?.confirm,
      onEvent: onEvent ?? before?.onEvent,
      onProgress: onProgress ?? before?.onProgress,
      storage,
      upload: upload ?? before?.upload,
      keep: keep ?? before?.keep,
      layers: [...(before?.layers ?? []), copies(layer, DEEPEST)],
    }
  })
}

/** The wallet of a call, or of its client; `null` if the call names one that is not there yet. */
export function walletOf(
  wallet: Options['wallet'],
  before: Options | undefined,
  given: object | null | undefined,
): Options['wallet'] {
  return wallet ?? before?.wallet ?? (before && given && names(given, 'wallet') ? null : undefined)
}

/** The options of a call in the core's form, with the values that it uses directly. */
export function coreOptions(
  { signal, wallet, storage, layers }: Options,
  own: Pick<Layer, 'confirm' | 'onEvent'> = {},
): Layer[] {
  // The core itself rejects `null`.
  const store = storage === null ? undefined : storeOf(storage)
  return [{ ...members({ signal, wallet: providerOf(wallet), storage: store }), ...own }, ...layers]
}

/**
 * Options of a call about a task or purchase at one service, whatever service they name. Its address was allowed when
 * the purchase began.
 */
export function staying(options: Options, baseUrl: string): Options {
  return { ...options, layers: [...options.layers, { baseUrl, http: 'private' }] }
}

/** Reads what to buy: a request, or a quote that contains one. */
export function readPurchase(given: unknown): { request: GenerateRequest; quote: Quote | undefined } {
  const found = readMembers<Quote & GenerateRequest>('request', given, [...QUOTE, ...FIELDS])
  const isQuote = 'price' in found && 'request' in found
  return isQuote
    ? { request: readRequest(found.request), quote: found as Quote }
    : { request: found as GenerateRequest, quote: undefined }
}

/** Reads a request: its known fields, and any unknown ones. */
export function readRequest(given: unknown): GenerateRequest {
  return readMembers<GenerateRequest>('request', given, FIELDS) as GenerateRequest
}

/** Reads an argument that must be an object. */
export function readMembers<T>(what: string, given: unknown, names: readonly string[]): Partial<T> {
  return read(what, () => named(given, names) as Partial<T>)
}

/** Copies all members, so that the page can no longer change them. */
export const copies = (of: object, depth = 0): Record<string, unknown> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, plain(value, MEMBERS, depth)]))

function read<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (isImagineError(cause)) throw cause
    throw refuse('invalid_request', `the ${what} could not be read; nothing was sent`, { cause })
  }
}
