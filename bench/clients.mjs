/** What a page loads before it can pay, and how soon it then pays, beside the official clients. */
import { readFile } from 'node:fs/promises'
import { launchChromium } from '../tests/browser/chromium.mjs'
import { packLibrary } from '../tests/browser/package.mjs'
import { prepare, REFERENCE } from './clients/clients.mjs'
import { papers } from './clients/papers.mjs'
import { writeReadme } from './clients/readme.mjs'
import { FAR_MS, startService } from './clients/service.mjs'
import { FAR_PAYMENTS, PAYMENTS, visit, weighHeap } from './clients/visit.mjs'
import { figures } from './figures.mjs'
import { record } from './record.mjs'

const ROUNDS = 15
const HEAP_ROUNDS = 3
const PAGE = { '/': 'clients/page.html', '/page.js': 'clients/page.js', '/wasm.js': 'wasm.js' }

export async function clients() {
  console.error(`${ROUNDS} rounds of seven clients: this takes ten minutes or more.`)
  const library = await packLibrary()
  const { clients, files } = await prepare(library.directory)
  const service = await startService({ ...files, ...(await readPage()) })
  const browser = await launchChromium()
  try {
    const browsing = await browser.newBrowserCDPSession()
    await visit(browsing, service.url, clients[0])
    const visits = await inTurn(ROUNDS, clients, (client) => visit(browsing, service.url, client))
    const heaps = await inTurn(HEAP_ROUNDS, clients, (client) => weighHeap(browsing, service.url, client))
    const measured = clients.map(({ name, storage, weight }) => ({ name, storage, weight, ...compared(visits, name), heap: held(heaps.get(name)) }))
    const far = { ms: FAR_MS, payments: FAR_PAYMENTS }
    const results = { chromium: browser.version(), rounds: ROUNDS, payments: PAYMENTS, far, reference: REFERENCE, clients: measured }
    await record('clients', { whole: true, markdown: papers(results), results })
    await writeReadme()
  } finally {
    await browser.close()
    await service.stop()
  }
}

async function readPage() {
  const files = Object.entries(PAGE).map(async ([address, name]) => [address, await readFile(new URL(name, import.meta.url))])
  return Object.fromEntries(await Promise.all(files))
}

/** Client after client in each round, so that what the machine does besides falls on all. */
async function inTurn(rounds, clients, work) {
  const outcomes = new Map(clients.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const client of clients) outcomes.get(client.name).push(await work(client))
  }
  return outcomes
}

/** Every measure, and of each the multiple of the reference in the same round. */
function compared(visits, name) {
  const [rounds, reference] = [visits.get(name), visits.get(REFERENCE)]
  const of = (key) => {
    const ratios = rounds.map((round, place) => round[key] / reference[place][key])
    return { ...figures(rounds.map((round) => round[key])), ...(ratios.every(Number.isFinite) && { ratio: figures(ratios) }) }
  }
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, of(key)]))
}

/** Bytes. */
const held = (rounds) =>
  Object.fromEntries(Object.keys(rounds[0]).map((moment) => [moment, partsOf(rounds.map((round) => round[moment]))]))

const partsOf = (heaps) => Object.fromEntries(Object.keys(heaps[0]).map((part) => [part, figures(heaps.map((heap) => heap[part]))]))
