import deflated from '../build/core/core.wasm.deflate'

/** The WebAssembly from the text inside this module. Base64 of deflated bytes is hardly larger on the wire than the bytes. */
export function inline(): Response {
  const bytes = fromBase64(deflated)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream, { headers: { 'content-type': 'application/wasm' } })
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if ('fromBase64' in Uint8Array) return (Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> }).fromBase64(text)
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}
