/** What a page loads before it can pay, and how soon it then pays, beside the official clients. */
import { launchChromium } from '../tests/browser/chromium.mjs'
import { packLibrary } from '../tests/browser/package.mjs'
import { prepare, REFERENCE, withJournals } from './clients/clients.mjs'
import { papers } from './clients/papers.mjs'
import { writeReadme } from './clients/readme.mjs'
import { FAR_MS, readPage, startService } from './clients/service.mjs'
import { FAR_PAYMENTS, PAYMENTS, SLOWDOWN, visit, visitWithJournal, weighHeap } from './clients/visit.mjs'
import { figures } from './figures.mjs'
import { record } from './record.mjs'

const WHOLE = 15

export async function clients({ rounds = WHOLE } = {}) {
  console.error(`${rounds} rounds of seven clients: this takes up to two minutes a round.`)
  const library = await packLibrary()
  const { clients, files } = await prepare(library.directory)
  const service = await startService({ ...files, ...(await readPage()) })
  const browser = await launchChromium()
  try {
    const browsing = await browser.newBrowserCDPSession()
    await visit(browsing, service.url, clients[0])
    const results = {
      chromium: browser.version(),
      rounds,
      payments: PAYMENTS,
      far: { ms: FAR_MS, payments: FAR_PAYMENTS },
      slowdown: SLOWDOWN,
      reference: REFERENCE,
      ...(await measure(rounds, clients, (work) => (client) => work(browsing, service.url, client))),
    }
    const whole = rounds === WHOLE
    await record('clients', { whole, markdown: papers(results), results })
    if (whole) await writeReadme()
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** What takes longest or differs least, in a third of the rounds. */
async function measure(rounds, clients, onPage) {
  const fewer = Math.ceil(rounds / 3)
  const withJournal = withJournals(clients)
  const visits = await inTurn(rounds, clients, onPage(visit))
  const journals = await inTurn(fewer, withJournal, onPage(visitWithJournal))
  const heaps = await inTurn(fewer, clients, onPage(weighHeap))
  return {
    clients: clients.map(({ name, storage, weight }) => {
      return { name, storage, weight, ...compared(visits, name), heap: held(heaps.get(name)) }
    }),
    journals: { rounds: fewer, clients: withJournal.map(({ name }) => ({ name, ...compared(journals, name) })) },
  }
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
    return {
      ...figures(rounds.map((round) => round[key])),
      ...(ratios.every(Number.isFinite) && { ratio: figures(ratios) }),
    }
  }
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, of(key)]))
}

/** Bytes. */
const held = (rounds) =>
  Object.fromEntries(Object.keys(rounds[0]).map((moment) => [moment, partsOf(rounds.map((round) => round[moment]))]))

const partsOf = (heaps) =>
  Object.fromEntries(Object.keys(heaps[0]).map((part) => [part, figures(heaps.map((heap) => heap[part]))]))
