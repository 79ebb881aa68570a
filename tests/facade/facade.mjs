// Parts of the facade by themselves, without a browser and without the WebAssembly.
import { build } from 'esbuild'
import { ROOT } from '../browser/package.mjs'

/** What modules of `js/` export, bundled into one. */
export async function facade(...names) {
  const contents = names.map((name) => `export * from './js/${name}.ts'`).join('\n')
  const stdin = { contents, resolveDir: ROOT }
  const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'esm' })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}
