import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { policy } from './policy.mjs'

const www = import.meta.dirname
const root = path.join(www, '..')

/** Bundles the page for any static host. What only some visitors need (viem, the test wallets, the developer's pane) are chunks of their own. */
export async function buildPage({ outdir = path.join(root, 'build/www') } = {}) {
  await build({
    root: www,
    base: './',
    configFile: false,
    logLevel: 'warn',
    define: await facts(),
    plugins: [head()],
    build: {
      outDir: outdir,
      emptyOutDir: true,
      target: 'es2022',
      cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      reportCompressedSize: false,
    },
  })
  return outdir
}

/** What the page says about the package, as it is built. */
async function facts() {
  const { version, repository, homepage } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
  const { byteLength } = gzipSync(await readFile(path.join(root, 'dist/index.js')), { level: 9 })
  const source = (repository?.url ?? repository ?? homepage ?? '').replace(/^git\+|\.git$/g, '')
  return { VERSION: JSON.stringify(version), GZIP_BYTES: String(byteLength), SOURCE_URL: JSON.stringify(source) }
}

/** What stands before all else: the policy, the theme and the font, so that nothing flashes or jumps. */
const head = () => ({
  name: 'head',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const font = Object.keys(bundle).find((name) => name.endsWith('.woff2'))
      return [
        { tag: 'meta', injectTo: 'head-prepend', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy({ meta: true }) } },
        { tag: 'link', injectTo: 'head', attrs: { rel: 'preload', href: `./${font}`, as: 'font', type: 'font/woff2', crossorigin: true } },
        { tag: 'script', injectTo: 'head', attrs: { src: './theme.js' } },
      ]
    },
  },
})
