import { build } from 'esbuild'

/** A script and all that it imports, as one module for a page; `define` is esbuild's. */
export async function bundle(entry, { define } = {}) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define,
    logLevel: 'warning',
  })
  return outputFiles[0].text
}
