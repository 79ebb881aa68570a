/** The build makes this of `build/core/core.wasm.deflate`: its bytes as base64. */
declare module '*.deflate' {
  const base64: string
  export default base64
}

/** Edge runtimes make this of `core.wasm`. */
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
