/** From the file beside this module, compiled while it comes. */
export const wasm = (): URL => new URL('./core.wasm', import.meta.url)
