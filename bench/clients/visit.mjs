import { figures } from '../figures.mjs'
import { heapOf } from '../heap.mjs'
import { withNewProfile } from '../page.mjs'

/** Payments on one page, and on one whose seller is far; those after the first ten count as warm. */
export const PAYMENTS = 50
export const FAR_PAYMENTS = 20
const COLD = 10

/** What a load leaves for later counts as its own, and nothing of it goes on in the first payment: visitors do not click sooner. */
const SETTLE_MS = 200
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** What one page that loads a client and pays with it shows, and one that pays a seller who is far. */
export async function visit(browsing, url, client) {
  const near = await visitNear(browsing, url, client)
  return client.kind === 'nothing' ? near : { ...near, ...(await visitFar(browsing, url, client)) }
}

const visitNear = (browsing, url, client) => withNewProfile(browsing, url, async (page) => {
  await page.send('Performance.enable', { timeDomain: 'threadTicks' })
  await pause(SETTLE_MS)
  const [load, loadBusy] = await busyWith(page, () => page.call('load', client))
  if (client.kind === 'nothing') return { load, loadBusy }
  const [[first], firstBusy] = await busyWith(page, () => page.call('pay', 1))
  const later = (await page.call('pay', PAYMENTS - 1)).slice(COLD - 1)
  return { load, loadBusy, firstBusy, ...named('first', first), ...named('warm', mediansOf(later)) }
})

const visitFar = (browsing, url, client) => withNewProfile(browsing, url, async (page) => {
  await page.call('load', { ...client, service: `/far${client.service}` })
  await pause(SETTLE_MS)
  const [first] = await page.call('pay', 1)
  const later = (await page.call('pay', FAR_PAYMENTS - 1)).slice(COLD - 1)
  return { ...named('farFirst', first), ...named('farWarm', mediansOf(later)) }
})

/** What the page holds with the client loaded, and after its payments, garbage collected. */
export const weighHeap = (browsing, url, client) => withNewProfile(browsing, url, async (page) => {
  const heap = heapOf(page)
  await page.call('load', client)
  const loaded = await heap.collected()
  if (client.kind === 'nothing') return { loaded }
  await page.call('pay', PAYMENTS)
  return { loaded, paid: await heap.collected() }
})

/** Milliseconds of the main thread's own processor time. */
async function busyWith({ send }, work) {
  const busy = async () => {
    const { metrics } = await send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value
  }
  const before = await busy()
  const outcome = await work()
  await pause(SETTLE_MS)
  return [outcome, (await busy()) - before]
}

const mediansOf = (payments) =>
  Object.fromEntries(Object.keys(payments[0]).map((key) => [key, figures(payments.map((payment) => payment[key])).median]))

/** `first` and `asking` as `firstAsking`. */
const named = (when, spans) => Object.fromEntries(Object.entries(spans).map(([key, value]) => [`${when}${key[0].toUpperCase()}${key.slice(1)}`, value]))
