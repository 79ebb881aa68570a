/** What many watched tasks hold in memory, and what a large picture takes on its way. */
import { randomFillSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../scripts/setup.mjs'
import { bundle } from '../tests/browser/bundle.mjs'
import { packLibrary } from '../tests/browser/package.mjs'
import { serveFiles } from '../tests/browser/static-server.mjs'
import { figures } from './figures.mjs'
import { withPage } from './page.mjs'
import { papers } from './memory/papers.mjs'
import { COURSES, SIZE, measurePicture } from './memory/picture.mjs'
import { startReader } from './memory/reader.mjs'
import { measureWatching } from './memory/watching.mjs'
import { record } from './record.mjs'

const RUNS = 3
const HERE = fileURLToPath(new URL('memory/', import.meta.url))

export async function memory() {
  console.error(`${RUNS} runs of 100 watched tasks and ${COURSES.length} pictures: this takes some minutes.`)
  const library = await packLibrary()
  const files = await prepareFiles()
  const site = await serveFiles({
    '/': `${HERE}page.html`,
    '/page.js': `${HERE}page.js`,
    '/wasm.js': `${HERE}../wasm.js`,
    '/official.js': files.official,
    '/package/': library.directory,
  })
  const reader = await startReader()
  try {
    const watching = merge(await repeat(() => measureWatching(site)))
    const sent = await repeat(() =>
      inTurn(COURSES, (course) => measurePicture({ site, reader, file: files.picture }, course)),
    )
    const pictures = COURSES.map((course, place) => ({ ...course, ...merge(sent.map((run) => run[place])) }))
    const results = { runs: RUNS, chromium: await withPage(site.url, versionOf), watching, pictures }
    await record('memory', { whole: true, markdown: papers(results), results })
  } finally {
    await Promise.all([site, reader].map((server) => server.stop()))
    await files.remove()
  }
}

async function versionOf(_page, browsing) {
  const { product } = await browsing.send('Browser.getVersion')
  return product.split('/')[1]
}

async function prepareFiles() {
  const folder = await mkdtemp(path.join(root, 'build', 'memory-'))
  const picture = path.join(folder, 'picture.png')
  const official = path.join(folder, 'official.js')
  const bytes = randomFillSync(Buffer.alloc(SIZE))
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  await writeFile(picture, bytes)
  await writeFile(official, await bundle(`${HERE}official.js`))
  return { picture, official, remove: () => rm(folder, { recursive: true }) }
}

async function inTurn(items, work) {
  const results = []
  for (const item of items) results.push(await work(item))
  return results
}

const repeat = (work) => inTurn(Array.from({ length: RUNS }), work)

/** The same measurement of several runs, number by number. */
function merge(runs) {
  const [first] = runs
  if (typeof first === 'number') return figures(runs)
  return Object.fromEntries(Object.keys(first).map((key) => [key, merge(runs.map((run) => run[key]))]))
}
