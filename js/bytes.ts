/** Bytes as text and back. */

/** In newer browsers, text can be decoded into existing memory. */
export interface Decoding extends Uint8Array<ArrayBuffer> {
  setFromBase64?(text: string): { written: number }
}

/** Newer browsers can decode base64 themselves, ten times as fast. */
const decoder = Uint8Array as typeof Uint8Array & { fromBase64?(text: string): Uint8Array<ArrayBuffer> }

/** Returns a part of `into` if the browser can decode in place. */
export function fromBase64(text: string, into?: Decoding): Uint8Array<ArrayBuffer> {
  if (into?.setFromBase64) return into.subarray(0, into.setFromBase64(text).written)
  if (decoder.fromBase64) return decoder.fromBase64(text)
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Decodes base64, into reusable memory if the browser can: the strings of a large picture would stay in memory for
 * long.
 */
export function toBase64(bytes: Uint8Array, signs: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let to = 0
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    for (let i = 0; i < 4; i++)
      signs[to++] = i > bytes.length - at ? 61 : SIGNS.charCodeAt((three >> (18 - 6 * i)) & 63)
  }
  return signs.subarray(0, to)
}
