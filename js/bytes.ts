/** Bytes as text and back, and what they are. */

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if ('fromBase64' in Uint8Array) return (Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> }).fromBase64(text)
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** More arguments are too many for a call. A multiple of three. */
const MOST_ARGUMENTS = 0x3000

/** Base64 in pieces: one long text would stay in memory for long. */
export function toBase64(bytes: Uint8Array): string[] {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += MOST_ARGUMENTS) pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + MOST_ARGUMENTS))))
  return pieces
}

/** The type that the bytes themselves show, whatever a name or header says. */
export function typeOf(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 16))
  const found = TYPES.find(([magic]) => magic.test(head))
  return found?.[1]
}

const TYPES: [magic: RegExp, mimeType: string][] = [
  [/^....ftypavi/s, 'image/avif'],
  [/^....ftypqt/s, 'video/quicktime'],
  [/^....ftyp/s, 'video/mp4'],
  [/^\x1a\x45\xdf\xa3/, 'video/webm'],
  [/^\x89PNG/, 'image/png'],
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^GIF8/, 'image/gif'],
  [/^RIFF....WEBP/s, 'image/webp'],
  [/^BM/, 'image/bmp'],
]
