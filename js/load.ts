import bind, * as exports from '../build/core/core.js'
import type { Core } from './core.js'
import { refuse } from './error.js'
import type { WasmSource } from './types.js'

/** Loads the WebAssembly on the first call, once. A failed load is forgotten, so that it can be tried again. */
export function loader(standard: () => WasmSource | Promise<WasmSource>): (source?: WasmSource) => Promise<Core> {
  let loading: Promise<Core> | undefined
  const load = async (source?: WasmSource): Promise<Core> => {
    try {
      await bind({ module_or_path: source ?? (await standard()) })
    } catch (cause) {
      loading = undefined
      const hint = "a Content-Security-Policy needs 'wasm-unsafe-eval' in script-src"
      throw refuse('unsupported_environment', `the WebAssembly of imagine-x402 could not be loaded (${hint}); nothing was paid`, cause)
    }
    return exports as unknown as Core
  }
  return (source) => (loading ??= load(source))
}
