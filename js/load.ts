import { balance, begin, imports, quote, resume, submit, watch } from '../build/core/core.js'
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
    begin(await instantiate(source ?? (await standard())))
  } catch (cause) {
    const hint = "a Content-Security-Policy needs 'wasm-unsafe-eval' in script-src"
    throw refuse('unsupported_environment', `the WebAssembly of imagine-x402 could not be loaded (${hint}); nothing was sent`, cause)
  }
  return { balance, quote, resume, submit, watch } as Core
}

async function instantiate(source: WasmSource): Promise<WebAssembly.Instance> {
  const given = typeof source === 'string' || source instanceof URL ? await fetch(source) : source
  if (given instanceof Response) return (await receive(given)).instance
  const made: WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource = await WebAssembly.instantiate(given as BufferSource, imports())
  return 'instance' in made ? made.instance : made // of a module comes the instance alone
}

async function receive(response: Response): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  if (!response.ok) throw new Error(`${response.url} was answered ${response.status}`)
  // Anything else as its type and browsers do not compile while it comes.
  const streams = response.headers.get('content-type') === 'application/wasm'
  return streams ? WebAssembly.instantiateStreaming(response, imports()) : WebAssembly.instantiate(await response.arrayBuffer(), imports())
}
