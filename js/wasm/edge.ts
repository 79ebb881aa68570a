import module from './core.wasm?module'

/** Like `static.ts`, with the suffix by which Vercel's edge runtime recognises files to compile. */
export const wasm = (): WebAssembly.Module => module
