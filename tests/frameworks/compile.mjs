// Components made into modules by their frameworks' own compilers, and put together as an app's bundler would.
import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { compile } from 'svelte/compiler'
import { compileScript, parse } from 'vue/compiler-sfc'

/** A generated video has no captions that an example could show. */
const warningFilter = ({ code }) => code !== 'a11y_media_has_caption'

function svelte(source, filename, isServer) {
  const { js, warnings } = compile(source, { filename, generate: isServer ? 'server' : 'client', warningFilter })
  if (warnings.length > 0) throw new Error(warnings.map(({ message }) => message).join('\n'))
  return js.code
}

function vue(source, filename, isServer) {
  const { descriptor, errors } = parse(source, { filename })
  if (errors.length > 0) throw errors[0]
  return compileScript(descriptor, {
    id: filename,
    inlineTemplate: true,
    templateOptions: { ssr: isServer, ssrCssVars: [] },
  }).content
}

const COMPILERS = { svelte, vue }

const components = (isServer) => ({
  name: 'components',
  setup: (bundler) =>
    bundler.onLoad({ filter: /\.(svelte|vue)$/ }, async ({ path }) => {
      const compiler = COMPILERS[path.slice(path.lastIndexOf('.') + 1)]
      return { contents: compiler(await readFile(path, 'utf8'), path, isServer), loader: 'js' }
    }),
})

/**
 * One module of an entry and all that it imports: for a page, but the library; for a server, but packages, which Node
 * finds itself.
 */
export async function bundle(entry, { alias = {}, isServer = false } = {}) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    plugins: [components(isServer)],
    alias,
    ...(isServer ? { packages: 'external' } : { external: ['imagine-x402'] }),
    define: {
      'process.env.NODE_ENV': '"development"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    jsx: 'automatic',
    bundle: true,
    write: false,
    format: 'esm',
    platform: isServer ? 'node' : 'browser',
    target: 'es2022',
    logLevel: 'warning',
  })
  return outputFiles[0].text
}
