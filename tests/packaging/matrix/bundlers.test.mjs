// An app that has the package from npm, built with everything that apps are built with: it asks for a price and pays, in Chromium.
import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { startSandbox } from '../../../sandbox/sandbox.mjs'
import { launchChromium } from '../../browser/chromium.mjs'
import { at } from '../../browser/calls.mjs'
import { openPage } from '../../browser/dapp.mjs'
import { SIGN, packLibrary, walletFor } from '../../browser/harness.mjs'
import { serveFiles } from '../../browser/static-server.mjs'
import { BUNDLERS } from './bundlers.mjs'

const TIMEOUT = { timeout: 300_000 }
const request = { prompt: 'A paper boat on a neon river' }

let library
let browser
let sandbox
let folder
let parts = []

before(async () => {
  library = await packLibrary()
  browser = await launchChromium()
  sandbox = await startSandbox({ stepMs: 100 })
})
afterEach(async () => {
  for (const stop of parts.reverse()) await stop()
  parts = []
})
after(async () => {
  await browser?.close()
  await sandbox?.stop()
  await library?.remove()
})

const page = (script) => `<!doctype html>
<title>An app</title>
<script type="importmap">{ "imports": { "imagine-x402": "./node_modules/imagine-x402/dist/index.js", "imagine-x402/url": "./node_modules/imagine-x402/dist/url.js" } }</script>
${script}
`

/** An app outside of this project, in which the package is installed. */
async function makeApp(entry, isClassic) {
  folder = await mkdtemp(path.join(tmpdir(), 'imagine-x402-app-'))
  parts.push(() => rm(folder, { recursive: true }))
  const app = path.join(folder, 'app')
  await mkdir(path.join(app, 'node_modules'), { recursive: true })
  await cp(library.directory, path.join(app, 'node_modules', 'imagine-x402'), { recursive: true })
  await writeFile(path.join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module', dependencies: { 'imagine-x402': '*' } }))
  await writeFile(path.join(app, 'main.js'), `import { generate, quote } from '${entry}'\nglobalThis.app = { generate, quote }\n`)
  await writeFile(path.join(app, 'index.html'), page(isClassic ? '<script defer src="./main.js"></script>' : '<script type="module" src="./main.js"></script>'))
  return app
}

async function serve({ build, serve }, app) {
  if (serve) {
    const server = await serve(app)
    parts.push(server.stop)
    return server.url
  }
  const out = path.join(folder, 'out')
  await mkdir(out)
  await build(app, out)
  const server = await serveFiles({ '/app/': out })
  parts.push(server.stop)
  return `${server.url}app/index.html`
}

for (const { name, entries, ...bundler } of BUNDLERS) {
  describe(name, TIMEOUT, () => {
    for (const entry of entries) {
      test(entry, async () => {
        const url = await serve(bundler, await makeApp(entry, /classic/.test(name)))
        const earlier = (await sandbox.payments()).length
        const page = await openPage(browser, url, { wallets: [walletFor(sandbox)] })
        parts.push(() => page.context().close())
        const errors = []
        page.on('pageerror', (error) => errors.push(String(error)))
        await page.waitForFunction(() => globalThis.app, null, { timeout: 30_000 })
        const [price, address] = await page.evaluate(async ([request, options]) => {
          const { price } = await globalThis.app.quote(request, options)
          const { video } = await globalThis.app.generate(request, options)
          return [price.amount, video.url]
        }, [request, at(sandbox.apiUrl)])
        assert.equal(price, '1.00')
        assert.match(address, /^http/)
        assert.equal((await sandbox.payments()).length - earlier, 1, 'payments on the chain')
        assert.equal(await page.evaluate((sign) => globalThis.__wallet.log.filter(({ method }) => method === sign).length, SIGN), 1)
        assert.deepEqual(errors, [])
      })
    }
  })
}
