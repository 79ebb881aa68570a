/** The file names of purchases. */
import { createHash } from 'node:crypto'

/** File systems take names of 255 bytes, of which a time and an ending need some. */
const LONGEST = 200

/** Letters that every file system keeps apart. Capitals are not among them. */
const PLAIN = /[^a-z0-9_-]/g

const HASHED = /^=[0-9a-f]{64}$/

/** Whether it is the hash of an id, which does not tell the id. */
export const isHashed = (name: string): boolean => HASHED.test(name)

/** The file name of an id, without an ending. An id whose name would be too long is hashed. */
export function fileNameOf(id: string): string {
  if (isHashed(id)) return id
  const name = id.replace(PLAIN, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
  if (name.length > LONGEST) return `=${createHash('sha256').update(id, 'utf16le').digest('hex')}`
  return name === '' ? '%' : name
}

/** The id of a file name; of a hashed one, the name itself, which {@link fileNameOf} returns as it is. */
export function idOf(name: string): string {
  if (isHashed(name)) return name
  if (name === '%') return ''
  return name.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
