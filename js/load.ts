import bind, { quote, resume, status, submit, watch } from '../build/core/core.js'
import type { Core } from './core.js'
import { refuse } from './error.js'
import type { WasmSource } from './types.js'

/** Loads the WebAssembly on the first call, once. A failed load is forgotten, so that it can be tried again. */
export function loader(standard: () => WasmSource | Promise<WasmSource>): (source?: WasmSource) => Promise<Core> {
  let loading: Promise<Core> | undefined
  return (source) => {
    if (!loading) {
      loading = load(source, standard)
      loading.catch(() => (loading = undefined))
    }
    return loading
  }
}

async function load(source: WasmSource | undefined, standard: () => WasmSource | Promise<WasmSource>): Promise<Core> {
  try {
    await bind({ module_or_path: source ?? (await standard()) })
  } catch (cause) {
    const hint = "a Content-Security-Policy needs 'wasm-unsafe-eval' in script-src"
    throw refuse('unsupported_environment', `the WebAssembly of imagine-x402 could not be loaded (${hint}); nothing was sent`, cause)
  }
  return { quote, resume, status, submit, watch } as Core
}
