import deflated from '../../build/core/core.wasm.deflate'
import { fromBase64 } from '../bytes.js'

/** From the text inside this module. Base64 of deflated bytes is hardly larger on the wire than the bytes. */
export function wasm(): Response {
  const bytes = fromBase64(deflated)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream, { headers: { 'content-type': 'application/wasm' } })
}
