/** Base64 of the deflated WebAssembly; the build makes it. */
declare module '*.deflate' {
  const text: string
  export default text
}
