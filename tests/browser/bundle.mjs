import { build } from 'esbuild'

/** Bundles a script and all that it imports into one module for a page. The options are esbuild's. */
export async function bundle(entry, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'warning',
    ...options,
  })
  return outputFiles[0].text
}
