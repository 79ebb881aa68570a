// An app that has the package from npm, built with everything that apps are built with: it asks for a price and pays,
// in Chromium.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { startSandbox } from '../../../sandbox/sandbox.mjs'
import { launchChromium } from '../../browser/chromium.mjs'
import { packLibrary } from '../../browser/package.mjs'
import { serveFiles } from '../../browser/static-server.mjs'
import { makeApp } from '../app.mjs'
import { BUNDLERS } from './bundlers.mjs'
import { buyIn } from './purchase.mjs'

const TIMEOUT = { timeout: 300_000 }

let library
let browser
let sandbox
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
})

const page = (script) => `<!doctype html>
<title>An app</title>
<script type="importmap">{ "imports": { "imagine-x402": "./node_modules/imagine-x402/dist/index.js", "imagine-x402/url": "./node_modules/imagine-x402/dist/url.js" } }</script>
${script}
`

async function write(app, entry, isClassic) {
  await writeFile(
    path.join(app, 'package.json'),
    JSON.stringify({ name: 'app', private: true, type: 'module', dependencies: { 'imagine-x402': '*' } }),
  )
  await writeFile(
    path.join(app, 'main.js'),
    `import { generate, quote } from '${entry}'\nglobalThis.app = { generate, quote }\n`,
  )
  await writeFile(
    path.join(app, 'index.html'),
    page(isClassic ? '<script defer src="./main.js"></script>' : '<script type="module" src="./main.js"></script>'),
  )
}

async function serve({ build, serve }, { app, folder }) {
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
        const made = await makeApp(library)
        parts.push(made.remove)
        await write(made.app, entry, /classic/.test(name))
        await buyIn(browser, await serve(bundler, made), sandbox)
      })
    }
  })
}
