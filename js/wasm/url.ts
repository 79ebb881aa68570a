import { need } from '../globals.js'

/** From the file beside this module, compiled while it comes. */
export function wasm(): URL {
  need('URL', 'Response')
  return new URL('./core.wasm', import.meta.url)
}
