/** What to buy, in the form that the core takes. */
import type { Core, CoreQuote, CoreRequest } from './core.js'
import { refuse } from './error.js'
import { need } from './globals.js'
import { readImage, type Picture } from './image.js'
import { copies, type Options } from './options.js'
import type { GenerateRequest, PricedQuote, Quote } from './types.js'

/** What to buy, and its picture. */
export interface Wanted {
  /** The request in the core's form: a description of the picture instead of the picture, and `extra` as plain JSON. */
  fields: CoreRequest
  picture: Picture | undefined
}

export async function prepare(
  { prompt, image, extra, ...others }: GenerateRequest,
  { upload }: Options,
  load: () => Promise<Core>,
): Promise<Wanted> {
  if (upload === 'form') need('FormData')
  const fields = copies({ ...others, prompt: typeof prompt === 'string' ? prompt.trim() : prompt })
  const more = extra !== undefined && extra !== null && { extra: parsed(extra) }
  const picture = await readImage(image, load)
  const wanted = (image: unknown) => ({ ...fields, ...more, image }) as CoreRequest
  if (typeof picture !== 'object') return { fields: wanted(picture), picture: undefined }
  const {
    blob: { type, size },
    digest,
  } = picture
  return { fields: wanted({ type, digest, size: String(size) }), picture }
}

/** A JSON copy; values that JSON would silently drop are rejected. */
function parsed(extra: unknown): unknown {
  const hold = (_: string, value: unknown) => {
    if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`JSON has no ${typeof value}`)
    return value
  }
  try {
    return JSON.parse(JSON.stringify(extra, hold))
  } catch (cause) {
    throw refuse('invalid_request', '`extra` takes what JSON can hold', { cause })
  }
}

/** A quote in the form that pages get: with its request. */
export function complete<Whole extends Quote = PricedQuote>(
  { id, ...part }: CoreQuote<Whole>,
  request: GenerateRequest,
): Whole {
  return { request: { ...request, id }, ...part } as unknown as Whole
}
