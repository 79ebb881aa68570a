/** Files that Vite puts beside the page. */
declare module '*?url' {
  const url: string
  export default url
}

declare module '*.css' {}
