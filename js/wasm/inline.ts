import base64 from '../../build/core/core.wasm.deflate'
import { fromBase64 } from '../bytes.js'
import { need } from '../globals.js'

/**
 * Loads it from the text inside this module. Compressed for transfer, base64 of deflated bytes is hardly larger than
 * the bytes.
 */
export async function wasm(): Promise<ArrayBuffer> {
  need('Response', 'DecompressionStream', ...('fromBase64' in Uint8Array ? [] : ['atob']))
  const deflated = new Response(fromBase64(base64)).body!
  return new Response(deflated.pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer()
}
