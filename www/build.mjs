import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { policy } from './policy.mjs'

const www = import.meta.dirname
const root = path.join(www, '..')

/**
 * Bundles the page for any static host. What only some visitors need (viem, the test wallets, the developer's pane) are
 * chunks of their own.
 */
export async function buildPage({ outdir = path.join(root, 'build/www') } = {}) {
  await build({
    root: www,
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [head(await facts())],
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

const PACKAGE = 'https://www.npmjs.com/package/imagine-x402'

/** What the page says about the package, as it is built: written into the HTML, where nothing moves when it comes. */
async function facts() {
  const { version, repository, homepage } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
  const { byteLength } = gzipSync(await readFile(path.join(root, 'dist/index.js')), { level: 9 })
  const source = (repository?.url ?? repository ?? homepage ?? '').replace(/^git\+|\.git$/g, '')
  const links = [['npm', PACKAGE], ['Docs', `${PACKAGE}#readme`], ...(source ? [['GitHub', source]] : [])]
  return {
    '%VERSION%': version,
    '%SIZE%': (byteLength / 1024).toFixed(1),
    '%LINKS%': links
      .map(([text, url]) => `<a href="${url}" target="_blank" rel="noopener noreferrer">${text}</a>`)
      .join(' '),
  }
}

/**
 * What stands before all else: the policy, the theme, the style and the font, so that the first paint waits for nothing
 * else and nothing jumps.
 */
const head = (facts) => ({
  name: 'head',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle }) {
      const files = Object.keys(bundle)
      const font = files.find((name) => name.endsWith('.woff2'))
      const style = files.find((name) => name.endsWith('.css'))
      const css = String(bundle[style].source).replaceAll(`url(./`, 'url(./assets/')
      delete bundle[style]
      const page = html
        .replace(
          /<link rel="stylesheet"[^>]*>/,
          () =>
            `<link rel="preload" href="./${font}" as="font" type="font/woff2" crossorigin>\n  <style>${css}</style>`,
        )
        .replace(/%[A-Z]+%/g, (name) => facts[name] ?? name)
      const tags = [
        {
          tag: 'meta',
          injectTo: 'head-prepend',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: policy(page, { meta: true }) },
        },
      ]
      return { html: page, tags }
    },
  },
})
