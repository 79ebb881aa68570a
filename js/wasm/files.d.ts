/** What the build makes of `build/core/core.wasm.deflate`: its bytes as base64. */
declare module '*.deflate' {
  const base64: string
  export default base64
}

/** What edge runtimes make of `core.wasm`. */
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
