import module from './core.wasm'

/** The platform compiles it from an import of the file: edge runtimes allow nothing else. */
export const wasm = (): WebAssembly.Module => module
