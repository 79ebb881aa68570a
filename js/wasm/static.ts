import module from './core.wasm'

/** Compiled by the platform from an import of the file: edge runtimes allow nothing else. */
export const wasm = (): WebAssembly.Module => module
