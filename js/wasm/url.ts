import { need } from '../globals.js'

/** Loads it from the file next to this module, compiling while it streams. */
export function wasm(): URL {
  need('URL', 'Response')
  return new URL('./core.wasm', import.meta.url)
}
