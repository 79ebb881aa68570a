/** Put in by `build.mjs`. */
declare const VERSION: string
declare const GZIP_BYTES: number
declare const SOURCE_URL: string

declare module '*?url' {
  const url: string
  export default url
}

declare module '*.css' {}
