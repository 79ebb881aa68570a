/** Results in the form that pages get: the core interprets the response, and files are made of inline bytes here. */
import { attempt } from './attempt.js'
import { fromBase64, toBase64 } from './bytes.js'
import { members } from './members.js'
import type { Generation, KeptGeneration, Media, Receipt, TaskStatus } from './types.js'

/**
 * A status from the core: that of a finished task includes the interpreted result, from the response or the journal.
 */
export type CoreStatus = Exclude<TaskStatus, { status: 'completed' }> | Completed | Kept

export interface Completed {
  status: 'completed'
  taskId: string
  progress: 100
  result: Made
  /** The service's own response. */
  raw: object
}

export interface Kept {
  status: 'completed'
  taskId: string
  progress: 100
  result: KeptGeneration
}

type Files = 'video' | 'image' | 'gif'

/** The result. Each file is a list of candidates, the best first: inline bytes may turn out not to be any. */
type Made = Omit<Generation, 'taskId' | 'receipt' | 'raw' | 'heardAt' | Files> & Partial<Record<Files, Source[]>>

type Source = Media | Bytes

/** A file inside the response. */
export interface Bytes {
  /** Base64, or a list of numbers. */
  bytes: string | unknown[]
  mimeType: string
}

/** One result per response, so that each of its files has one URL. */
const known = new WeakMap<object, Generation>()

export function readStatus(status: CoreStatus, receipt: Receipt | null): TaskStatus {
  if (status.status !== 'completed') return status
  const { taskId, progress } = status
  return { status: 'completed', taskId, progress, result: readResult(status, receipt) }
}

export function readResult(status: Completed | Kept, receipt: Receipt | null): Generation {
  const { taskId } = status
  if (!('raw' in status)) return { templateData: {}, ...status.result, taskId, receipt, raw: null }
  const { raw } = status
  const { video, image, gif, ...rest } = status.result
  const make = () => members({ video: show(video), image: show(image), gif: show(gif) })
  const generation = known.get(raw) ?? { taskId, ...rest, ...make(), receipt, raw }
  known.set(raw, generation)
  return generation
}

/** The first candidate that is a file. */
function show(sources: Source[] = []): Media | undefined {
  for (const source of sources) {
    const media = 'url' in source ? source : file(source)
    if (media) return media
  }
  return undefined
}

function file({ bytes, mimeType }: Bytes): Media | undefined {
  const read = readBytes(bytes)
  return read && { url: addressOf(read, mimeType), mimeType }
}

function readBytes(given: string | unknown[]): Uint8Array<ArrayBuffer> | undefined {
  if (typeof given === 'string') return attempt(() => fromBase64(given.replace(/\s/g, '')))
  return given.every(isByte) ? Uint8Array.from(given) : undefined
}

const isByte = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256

/** An object URL, or a data URL if the environment has no object URLs (jsdom, some workers). */
function addressOf(bytes: Uint8Array<ArrayBuffer>, mimeType: string): string {
  return attempt(() => URL.createObjectURL(new Blob([bytes], { type: mimeType }))) ?? dataUrl(bytes, mimeType)
}

function dataUrl(bytes: Uint8Array, mimeType: string): string {
  const signs = toBase64(bytes, new Uint8Array(4 * Math.ceil(bytes.length / 3)))
  return `data:${mimeType};base64,${new TextDecoder().decode(signs)}`
}
