/** Results in one shape, whatever the service's version makes of them. */
import { fromBase64, toBase64, typeOf } from './bytes.js'
import { attempt } from './attempt.js'
import { members } from './members.js'
import type { Address, Generation, KeptGeneration, Media, Receipt, TaskStatus } from './types.js'

/** A status as the core gives it: of a finished task, the server's own answer, or what the journal has. */
export type CoreStatus = Exclude<TaskStatus, { status: 'completed' }> | Completed | Kept

export interface Completed {
  status: 'completed'
  taskId: string
  progress: 100
  raw: object
}

export interface Kept {
  status: 'completed'
  taskId: string
  progress: 100
  result: KeptGeneration
}

/** One for each answer, so that its media have one address each. */
const known = new WeakMap<object, Generation>()

export function readStatus(status: CoreStatus, receipt: Receipt | null): TaskStatus {
  if (status.status !== 'completed') return status
  const { taskId, progress } = status
  return { status: 'completed', taskId, progress, result: readResult(status, receipt) }
}

export function readResult(status: Completed | Kept, receipt: Receipt | null): Generation {
  const { taskId } = status
  if ('result' in status) return { templateData: {}, ...status.result, taskId, receipt, raw: null }
  const generation = known.get(status.raw) ?? read(status.raw, taskId, receipt)
  known.set(status.raw, generation)
  return generation
}

type Json = Record<string, unknown>

function read(raw: object, taskId: string, receipt: Receipt | null): Generation {
  const answer = raw as Json
  const result = object(answer['result']) ?? answer
  const generation = object(result['generation']) ?? result
  const templateData = object(result['templateData']) ?? {}
  const video = media(generation['video'], 'video') ?? media(answer['artifactUrl'], 'video')
  const image = media(generation['image'], 'image')
  // Some services put the picture that was asked for in the place of the video.
  const [film, cover] = video && isPicture(video) ? [undefined, image ?? video] : [video, image]
  const optional = {
    text: text(generation['text']),
    video: film,
    image: cover,
    gif: media(generation['gif'], 'image'),
    templateName: text(generation['templateName']),
    agentId: text(generation['agentId']),
    remixId: text(templateData['soraVideoId']),
    token: token(object(result['token']) ?? object(generation['token'])),
  }
  return { taskId, ...members(optional), templateData, receipt, raw }
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** An object, or the JSON text of one. */
function object(value: unknown): Json | undefined {
  const whole = typeof value === 'string' && value.startsWith('{') ? parse(value) : value
  return typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? (whole as Json) : undefined
}

const parse = (json: string): unknown => attempt(() => JSON.parse(json))

/** Addresses that cannot run as a script. */
const SAFE = /^(https?:\/\/|data:(video|image)\/)/

type Kind = 'video' | 'image'

/** A file given as an address, as bytes (a list of numbers, or base64), or as an object with either. */
function media(value: unknown, kind: Kind): Media | undefined {
  const file = object(value)
  const declared = text(file?.['mimeType'])
  const given = file ? (file['url'] ?? file['buffer'] ?? file['data']) : value
  if (typeof given === 'string' && SAFE.test(given)) return { url: given, ...(declared && { mimeType: declared }) }
  const bytes = readBytes(given)
  if (!bytes) return undefined
  // Never a type that the server names: it would make a page of ours of what it sends.
  const shown = typeOf(bytes)
  if (!shown && !file && typeof given === 'string') return undefined // words, which are base64 as well
  const mimeType = shown ?? (kind === 'video' ? 'video/mp4' : 'image/png')
  return { url: addressOf(bytes, mimeType), mimeType }
}

/** An object URL; a data URL where the environment makes none (jsdom, some workers). */
function addressOf(bytes: Uint8Array<ArrayBuffer>, mimeType: string): string {
  return attempt(() => URL.createObjectURL(new Blob([bytes], { type: mimeType }))) ?? dataUrl(bytes, mimeType)
}

function dataUrl(bytes: Uint8Array, mimeType: string): string {
  const signs = toBase64(bytes, new Uint8Array(4 * Math.ceil(bytes.length / 3)))
  return `data:${mimeType};base64,${new TextDecoder().decode(signs)}`
}

function readBytes(given: unknown): Uint8Array<ArrayBuffer> | undefined {
  const list = object(given)?.['data'] ?? given // Node writes a Buffer as { type, data }
  if (Array.isArray(list) && list.length > 0 && list.every(isByte)) return Uint8Array.from(list)
  // Without its white space first: two parts of an expression that both match it would take quadratic time to fail.
  const signs = typeof list === 'string' ? list.replace(/\s/g, '') : ''
  return /^[A-Za-z0-9+/]{16,}={0,2}$/.test(signs) ? attempt(() => fromBase64(signs)) : undefined
}

const isByte = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256

const isPicture = ({ url, mimeType }: Media) =>
  mimeType ? mimeType.startsWith('image/') : /^data:image\/|^[^?#]*\.(png|jpe?g|gif|webp|avif)([?#]|$)/i.test(url)

function token(value: Json | undefined): Generation['token'] {
  const address = text(value?.['address'])
  if (!value || !address || !/^0x[0-9a-f]{40}$/i.test(address)) return undefined
  const about = object(value['metadata']) ?? value
  return {
    address: address as Address,
    ...members({ symbol: text(about['symbol']), name: text(about['name']), chain: text(value['chain']) }),
  }
}
