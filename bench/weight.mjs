/** What a page loads before it can pay, beside the official clients. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { root } from '../scripts/setup.mjs'
import { bundle } from '../tests/browser/bundle.mjs'
import { launchChromium } from '../tests/browser/chromium.mjs'
import { packLibrary } from '../tests/browser/package.mjs'
import { serveFiles } from '../tests/browser/static-server.mjs'
import { figures } from './figures.mjs'
import { record } from './record.mjs'
import { papers } from './weight/papers.mjs'

const ROUNDS = 20
const HERE = fileURLToPath(new URL('weight/', import.meta.url))
const REFERENCE = '@x402/fetch'

export async function weight() {
  const library = await packLibrary()
  const folder = await mkdtemp(path.join(root, 'build', 'weight-'))
  const clients = await prepare(folder, library.directory)
  const site = await serveFiles({ '/': `${HERE}page.html`, '/client/': folder, '/package/': library.directory })
  const browser = await launchChromium()
  try {
    const loads = new Map(clients.map(({ name }) => [name, []]))
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, url } of clients) loads.get(name).push(await load(browser, site.url, url))
    }
    const reference = figures(loads.get(REFERENCE)).median
    const measured = clients.map(({ name, raw, gzip, brotli }) => {
      const load = figures(loads.get(name))
      return { name, raw, gzip, brotli, load, ratio: load.median / reference }
    })
    const results = { chromium: browser.version(), rounds: ROUNDS, reference: REFERENCE, clients: measured }
    await record('weight', { whole: true, markdown: papers(results), results })
  } finally {
    await browser.close()
    await site.stop()
    await library.remove()
    await rm(folder, { recursive: true })
  }
}

/** The clients as files, with what they weigh. */
async function prepare(folder, library) {
  const dist = (name) => path.join(library, 'dist', name)
  const made = async (name, source) => {
    const file = path.join(folder, `${source}.js`)
    await writeFile(file, await bundle(`${HERE}${source}.js`))
    return { name, url: `/client/${source}.js`, files: [file] }
  }
  const clients = [
    await made('x402-fetch', 'x402-fetch'),
    await made(REFERENCE, 'x402-fetch-2'),
    await made('by hand, with viem', 'by-hand'),
    { name: 'imagine-x402', url: '/package/dist/index.js', files: [dist('index.js')] },
    { name: 'imagine-x402/url', url: '/package/dist/url.js', files: [dist('url.js'), dist('core.wasm')] },
  ]
  return Promise.all(clients.map(async (client) => ({ ...client, ...(await weigh(client.files)) })))
}

async function weigh(files) {
  const bytes = await Promise.all(files.map((file) => readFile(file)))
  const sum = (size) => bytes.reduce((all, one) => all + size(one), 0)
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }
  return { raw: sum(({ length }) => length), gzip: sum((one) => gzipSync(one, { level: 9 }).length), brotli: sum((one) => brotliCompressSync(one, quality).length) }
}

/** In a profile that has never seen it. */
async function load(browser, site, url) {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(site)
    return await page.evaluate((url) => globalThis.bench.load(url), url)
  } finally {
    await context.close()
  }
}
