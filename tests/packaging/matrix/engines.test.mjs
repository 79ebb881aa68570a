// The paid path in browsers of three makers, from both entries: price, picture, wallet, payment, video, and the journal after a reload.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '../../../sandbox/sandbox.mjs'
import { at } from '../../browser/calls.mjs'
import { ROOT, packLibrary } from '../../browser/package.mjs'
import { walletFor, watchRequests } from '../../browser/harness.mjs'
import { serveFiles } from '../../browser/static-server.mjs'
import { buildWallet } from '../../wallet/build.mjs'
import { ENGINES } from './engines.mjs'

const TIMEOUT = { timeout: 180_000 }
const ENTRIES = { 'imagine-x402': 'index', 'imagine-x402/url': 'url' }

let library
let sandbox
let folder

before(async () => {
  library = await packLibrary()
  sandbox = await startSandbox({ stepMs: 100 })
  await mkdir(path.join(ROOT, 'build'), { recursive: true })
  folder = await mkdtemp(path.join(ROOT, 'build', 'engines-'))
  await writeFile(path.join(folder, 'wallet.js'), await buildWallet())
})
after(async () => {
  await sandbox?.stop()
  if (folder) await rm(folder, { recursive: true })
})

/** The wallet comes with the page, since not every driver can inject one. */
const pageFor = (entry) => `<!doctype html>
<meta charset="utf-8">
<title>loading</title>
<script>
  globalThis.__config = ${JSON.stringify({ entry, options: at(sandbox.apiUrl) })}
  globalThis.__walletConfig = ${JSON.stringify(walletFor(sandbox))}
</script>
<script src="/wallet.js"></script>
<script type="importmap">${JSON.stringify({ imports: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, `/package/dist/${file}.js`])) })}</script>
<script type="module" src="/engine-page.js"></script>
<button id="buy">Buy</button> <button id="remember">Remember</button>
<output></output>
`

async function serve(entry) {
  const page = path.join(folder, `${ENTRIES[entry]}.html`)
  await writeFile(page, pageFor(entry))
  return serveFiles({
    '/': page,
    '/wallet.js': path.join(folder, 'wallet.js'),
    '/engine-page.js': fileURLToPath(new URL('./engine-page.js', import.meta.url)),
    '/package/': library.directory,
  })
}

/** What `look` gives, once it says anything. */
async function until(look) {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const seen = await look()
    if (seen) return seen
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('nothing was seen for a minute')
}

const isReady = (browser) => until(async () => (await browser.title()) === 'ready')
const said = async (browser) => JSON.parse(await until(() => browser.text('output')))

for (const { name, launch } of ENGINES) {
  describe(name, TIMEOUT, () => {
    let browser
    before(async () => {
      browser = await launch()
      console.log(`${name} ${await browser.version()}`)
    })
    after(() => browser?.close())

    for (const entry of Object.keys(ENTRIES)) {
      test(entry, async () => {
        const server = await serve(entry)
        try {
          const earlier = (await sandbox.payments()).length
          const watch = watchRequests(sandbox)
          await browser.open(server.url)
          await isReady(browser)
          await browser.click('#buy')
          const { error, price, video, receipt, events } = await said(browser)
          assert.equal(error, undefined)
          assert.deepEqual([price, receipt.amount.amount], ['1.00', '1.00'])
          assert.match(video, /^http/)
          assert.deepEqual(['signing', 'paying', 'accepted', 'done'].filter((type) => events.includes(type)).length, 4)
          const payments = (await sandbox.payments()).slice(earlier)
          assert.deepEqual(payments.map(({ transaction }) => transaction), [receipt.transaction])
          assert.deepEqual(watch.creates().map(({ paid, image }) => [paid, image.bytes.equals(picture())]), [[false, true], [true, true]])
          await browser.reload()
          await isReady(browser)
          await browser.click('#remember')
          assert.deepEqual(await said(browser), [{ step: 'done', paid: 'yes', transaction: receipt.transaction }])
        } finally {
          await server.stop()
        }
      })
    }
  })
}

/** That of the page. */
function picture() {
  const bytes = Buffer.from(Uint8Array.from({ length: 500_001 }, (_, i) => (i * 7 + (i >> 8) * 13) & 255))
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return bytes
}
