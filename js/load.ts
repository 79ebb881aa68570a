import { attempt } from './attempt.js'
import type { Core } from './core.js'
import { isImagineError, refuse } from './error.js'
import { isA, need } from './globals.js'
import type { WasmSource } from './types.js'

/** Globals that every call needs. */
const NEEDED = ['WebAssembly', 'TextDecoder', 'TextEncoder', 'fetch', 'Headers', 'AbortController', 'queueMicrotask']

/** Loads the WebAssembly on the first call, once. A failed load is forgotten, so that it can be retried. */
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
  need(...NEEDED)
  try {
    // Not earlier: the bindings create a TextDecoder as soon as they are evaluated, which importing the library must
    // not do.
    const { begin, imports, ...core } = await import('../build/core/core.js')
    begin(await instantiate(source ?? (await standard()), imports()))
    return core
  } catch (cause) {
    if (isImagineError(cause)) throw cause
    const hint = "a Content-Security-Policy needs 'wasm-unsafe-eval' in script-src"
    throw refuse(
      'unsupported_environment',
      `the WebAssembly of imagine-x402 could not be loaded (${hint}); nothing was sent`,
      { cause },
    )
  }
}

/** A file that takes longer will not come. All other timeouts are in the WebAssembly, which is not loaded yet. */
const PATIENCE_MS = 60_000

const patience = (): RequestInit => attempt(() => ({ signal: AbortSignal.timeout(PATIENCE_MS) })) ?? {}

async function instantiate(source: WasmSource, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  const given = typeof source === 'string' || isA<URL>('URL', source) ? await fetch(source, patience()) : source
  if (isA<Response>('Response', given)) return (await receive(given, imports)).instance
  const made: WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource = await WebAssembly.instantiate(
    given as BufferSource,
    imports,
  )
  return 'instance' in made ? made.instance : made // instantiating a module returns the instance itself
}

async function receive(
  response: Response,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  if (!response.ok) throw new Error(`${response.url} was answered ${response.status}`)
  // Browsers only compile while streaming if the type is this.
  const streams = response.headers.get('content-type') === 'application/wasm'
  return streams
    ? WebAssembly.instantiateStreaming(response, imports)
    : WebAssembly.instantiate(await response.arrayBuffer(), imports)
}
