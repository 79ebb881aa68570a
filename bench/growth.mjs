/** How soon the wallet opens when the journal holds few purchases or many. */
import { launchChromium } from '../tests/browser/chromium.mjs'
import { packLibrary } from '../tests/browser/package.mjs'
import { prepare } from './clients/clients.mjs'
import { readPage, startService } from './clients/service.mjs'
import { figures } from './figures.mjs'
import { papers } from './growth/papers.mjs'
import { openProfile } from './page.mjs'
import { record } from './record.mjs'

const WHOLE = 15

/**
 * How many finished purchases older than the budget's period a journal has. The others are compared with the first.
 */
const OLD = [0, 100, 1_000, 10_000]
/** How many more each has within the period. */
const RECENT = 20
const BUDGET = { amount: '100', per: 'day' }

/** Payments on each page; all after the first count as warm. */
const PAYMENTS = 6

/** After that time, nothing of the load goes on. */
const SETTLE_MS = 200

export async function growth({ rounds = WHOLE } = {}) {
  const library = await packLibrary()
  const { clients, files } = await prepare(library.directory)
  const client = clients.find(({ name }) => name === 'imagine-x402')
  const service = await startService({ ...files, ...(await readPage()) })
  const browser = await launchChromium()
  try {
    const browsing = await browser.newBrowserCDPSession()
    const journals = []
    for (const budget of [undefined, BUDGET]) {
      for (const old of OLD) journals.push(await openJournal(browsing, service.url, { ...client, budget }, old))
    }
    for (let round = 0; round < rounds; round++) {
      for (const { profile, client, rounds } of journals) {
        rounds.push(await profile.visit((page) => loadAndPay(page, client)))
      }
    }
    const about = { chromium: browser.version(), rounds, payments: PAYMENTS, recent: RECENT }
    const results = { ...about, journals: journals.map(compared(journals)) }
    await record('growth', { whole: rounds === WHOLE, markdown: papers(results), results })
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** Opens a profile whose journal has that many old purchases beside the recent ones. */
async function openJournal(browsing, url, client, old) {
  const profile = await openProfile(browsing, url)
  await profile.visit(async (page) => {
    await page.call('load', { ...client, budget: undefined })
    await page.call('remember', RECENT + old, RECENT)
  })
  return { profile, client, old, rounds: [] }
}

async function loadAndPay(page, client) {
  await page.call('load', client)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const [first, ...later] = (await page.call('pay', PAYMENTS)).map(({ asking }) => asking)
  return { first, warm: figures(later).median }
}

/** The figures of a journal, and the multiples of the journal without old purchases in the same round. */
const compared =
  (journals) =>
  ({ client: { budget }, old, rounds }) => {
    const reference = journals.find((other) => other.old === OLD[0] && other.client.budget === budget).rounds
    const of = (key) => {
      const ratio = figures(rounds.map((round, at) => round[key] / reference[at][key]))
      return { ...figures(rounds.map((round) => round[key])), ratio }
    }
    return { old, budget: budget !== undefined, first: of('first'), warm: of('warm') }
  }
