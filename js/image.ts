/** The picture that a video starts from: its bytes, and how they are sent. */
import { attempt } from './attempt.js'
import { fromBase64, toBase64 } from './bytes.js'
import type { Core } from './core.js'
import { isImagineError, refuse } from './error.js'
import { isA, need } from './globals.js'
import type { GenerateRequest } from './types.js'

/** The bytes of a picture, with the type that they show. */
export interface Picture {
  blob: Blob
  /** Different pictures have different digests. */
  digest: string
}

/** A picture in the form that the journal keeps. */
export type StoredPicture = Pick<Picture, 'blob' | 'digest'> | { bytes: ArrayBuffer; type: string; digest: string }

/** A body from the core: its JSON, split where the base64 of the picture belongs. */
export interface Parts {
  /** It is sent as a form, with the picture as a file. */
  form: boolean
  before: string
  after?: string
}

const DATA = /^data:image\/[^,]*;base64,(.+)$/is

/** Maximum size of a picture; the error message repeats it. */
const LONGEST = 25 * 2 ** 20

/**
 * The longest JSON that is sent as text. Longer JSON is sent as a Blob, outside of the page's memory, although a native
 * shell (Capacitor) loses such a body.
 */
const LONGEST_TEXT = 8 * 2 ** 20

/** The chunk size of reads. A multiple of three, so that the chunks' base64 concatenates to that of the whole. */
const PART = 3 * 2 ** 16
const ENCODED = 4 * 2 ** 16

/** URLs as text, which the core checks; everything else as its bytes. */
export async function readImage(
  image: GenerateRequest['image'],
  load: () => Promise<Core>,
): Promise<string | Picture | undefined> {
  if (image === undefined || image === null) return undefined
  if (typeof image !== 'string' && !isA<URL>('URL', image)) need('Blob')
  try {
    const given = isA<URL>('URL', image) ? image.href : image
    const [, base64] = typeof given === 'string' ? (DATA.exec(given) ?? []) : []
    if (typeof given === 'string' && !base64) return given
    if (base64) return await picture(decode(base64), load)
    return await (isA<Blob>('Blob', given) ? pictureOf(given, load) : picture(await readBlob(given as Others), load))
  } catch (cause) {
    if (isImagineError(cause)) throw cause
    throw refuse(
      'image_unreadable',
      `${cause instanceof Unfit ? cause.message : 'the image could not be read'}; nothing was sent`,
      { cause },
    )
  }
}

/** The images that a page may pass besides URLs and Blobs. */
type Others = Exclude<GenerateRequest['image'], string | URL | Blob | undefined>

/** Blobs are immutable: a picture that was hashed for the price need not be hashed again in the click handler. */
const known = new WeakMap<Blob, Promise<Picture>>()

function pictureOf(blob: Blob, load: () => Promise<Core>): Promise<Picture> {
  const reading = known.get(blob) ?? picture(blob, load)
  known.set(blob, reading)
  reading.catch(() => known.delete(blob)) // the file may be readable again next time
  return reading
}

/** Decodes in chunks, reusing the same memory if the browser can. */
function decode(base64: string): Blob {
  const pieces: Blob[] = []
  const part = new Uint8Array(PART)
  const signs = base64.replace(/\s/g, '')
  for (let at = 0; at < signs.length; at += ENCODED)
    pieces.push(new Blob([fromBase64(signs.slice(at, at + ENCODED), part)]))
  return new Blob(pieces)
}

/** A picture that cannot be sent, and why. */
class Unfit extends Error {}

async function picture(given: Blob, load: () => Promise<Core>): Promise<Picture> {
  if (given.size > LONGEST) throw new Unfit(`the image has ${(given.size / 2 ** 20).toFixed(1)} MB, more than 25`)
  const { sniff } = await load()
  const type = sniff(new Uint8Array(await given.slice(0, 16).arrayBuffer()))
  if (!type?.startsWith('image/')) throw new Unfit('the image is no PNG, JPEG, GIF, WebP, AVIF or BMP')
  const blob = new Blob([given], { type })
  return { blob, digest: await digest(blob, load) }
}

async function readBlob(image: Others): Promise<Blob> {
  if ('toBlob' in image) return draw(image)
  if ('convertToBlob' in image) return image.convertToBlob()
  if (image instanceof ArrayBuffer || ArrayBuffer.isView(image)) return new Blob([image as BufferSource as ArrayBuffer])
  throw new Unfit('`image` takes an address, a Blob, bytes or a canvas')
}

function draw(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Unfit('the canvas is empty'))), 'image/png')
  })
}

/** Reads in chunks, reusing the same memory if the browser can: a large picture is never in memory as a whole. */
async function* parts(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let part = new Uint8Array(PART)
  const reader = byteReader(blob)
  for (let at = 0; at < blob.size; at += PART) {
    part = reader ? await fill(reader, part) : new Uint8Array(await blob.slice(at, at + PART).arrayBuffer())
    yield part
  }
}

/** A read may return any number of bytes; it owns the memory meanwhile. */
async function fill(
  reader: ReadableStreamBYOBReader,
  { buffer }: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  let length = 0
  while (length < PART) {
    const { done, value } = await reader.read(new Uint8Array(buffer, length))
    buffer = value!.buffer
    length += value!.length
    if (done) break
  }
  return new Uint8Array(buffer, 0, length)
}

/** Not every browser has one. */
function byteReader(blob: Blob): ReadableStreamBYOBReader | undefined {
  try {
    return blob.stream().getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}

/**
 * Hashes with the browser's own SHA-256, or in the core on pages without `crypto.subtle`, which is missing on plain
 * http.
 */
async function digest(blob: Blob, load: () => Promise<Core>): Promise<string> {
  const subtle = attempt(() => crypto.subtle as SubtleCrypto | undefined)
  const hash = subtle ? (bytes: BufferSource) => subtle.digest('SHA-256', bytes) : (await load()).keccak
  const digests: BlobPart[] = []
  for await (const part of parts(blob)) digests.push(await hash(part))
  const whole = await hash(new Uint8Array(await new Blob(digests).arrayBuffer()))
  return typeof whole === 'string' ? whole : new Uint8Array(whole).join()
}

/** The body to send for a core request. Text passes through every `fetch` wrapper that pages use; a Blob does not. */
export async function compose(
  { form: isForm, before, after }: Parts,
  picture?: Picture | StoredPicture,
): Promise<string | Blob | FormData> {
  if (after === undefined) return isForm ? form(before) : before
  if (!picture) throw new Error('the picture is gone')
  const blob = 'blob' in picture ? picture.blob : new Blob([picture.bytes], { type: picture.type })
  if (isForm) return form(before + after, blob)
  const json = new Blob([before, ...(await encode(blob)), after], { type: 'application/json' })
  return json.size <= LONGEST_TEXT ? json.text() : json
}

/** The base64 of pictures that were sent: the payment sends it again. */
const encoded = new WeakMap<Blob, Promise<Blob[]>>()

function encode(blob: Blob): Promise<Blob[]> {
  const pieces = encoded.get(blob) ?? encodeParts(blob)
  encoded.set(blob, pieces)
  return pieces
}

async function encodeParts(blob: Blob): Promise<Blob[]> {
  const pieces: Blob[] = []
  const signs = new Uint8Array(ENCODED)
  for await (const part of parts(blob)) pieces.push(new Blob([toBase64(part, signs)]))
  return pieces
}

function form(body: string, image?: Blob): FormData {
  const fields = JSON.parse(body) as Record<string, unknown> & { templateData: { image?: string } }
  if (image) delete fields.templateData.image
  const form = new FormData()
  for (const [name, value] of Object.entries(fields))
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  if (image) form.append('image', image, image.type.replace('/', '.'))
  return form
}
