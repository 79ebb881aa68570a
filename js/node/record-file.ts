/** A record as the text of a file. */
import { attempt } from '../attempt.js'
import type { StoredPurchase } from '../types.js'

/** The form of the files. A file of another form is handed out as a record that cannot be read. */
const VERSION = 1

/** What JSON cannot hold: a Blob (with its type), or bytes. */
interface Binary {
  path: string[]
  type?: string
  base64: string
}

interface Content {
  /** At the start of the file, so that it can be read of one that was cut off. */
  id: string
  version: number
  record: StoredPurchase
  binaries: Binary[]
}

/** The text of a record. */
export async function encode(record: StoredPurchase): Promise<string> {
  const found: Promise<Binary>[] = []
  const withoutBinaries = (value: unknown, path: string[]): unknown => {
    if (value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      found.push(binaryOf(value, path))
      return null
    }
    if (Array.isArray(value)) return value.map((item, at) => withoutBinaries(item, [...path, String(at)]))
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value).map(([name, item]) => [name, withoutBinaries(item, [...path, name])])
    return Object.fromEntries(members)
  }
  const rest = withoutBinaries(record, []) as StoredPurchase
  const content: Content = { id: record.id, version: VERSION, record: rest, binaries: await Promise.all(found) }
  return JSON.stringify(content)
}

async function binaryOf(value: Blob | ArrayBuffer | ArrayBufferView, path: string[]): Promise<Binary> {
  if (value instanceof Blob) {
    return { path, type: value.type, base64: Buffer.from(await value.arrayBuffer()).toString('base64') }
  }
  const bytes =
    value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return { path, base64: bytes.toString('base64') }
}

/** Reads a record. Returns `undefined` if the text is cut off, or was written by a version with another form. */
export function decode(text: string): StoredPurchase | undefined {
  return attempt(() => {
    const { id, version, record, binaries } = JSON.parse(text) as Content
    if (version !== VERSION || record.id !== id) return undefined
    for (const { path, type, base64 } of binaries) {
      const { buffer, byteOffset, byteLength } = Buffer.from(base64, 'base64')
      const bytes = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
      put(record, path, type === undefined ? bytes : new Blob([bytes], { type }))
    }
    return record
  })
}

function put(record: StoredPurchase, path: string[], value: unknown): void {
  let holder: Record<string, unknown> = record
  for (const name of path.slice(0, -1)) holder = holder[name] as Record<string, unknown>
  holder[path.at(-1)!] = value
}

/** The id at the start of a text, however early it was cut off after that. */
export function idIn(text: string): string | undefined {
  const [, quoted] = /^\{"id":("(?:[^"\\]|\\.)*")/.exec(text) ?? []
  return quoted === undefined ? undefined : attempt(() => JSON.parse(quoted) as string)
}
