import { figures } from '../figures.mjs'
import { heapOf } from '../heap.mjs'
import { withNewProfile } from '../page.mjs'

/** Payments on one page, and on one whose seller is far; those after the first ten count as warm. */
export const PAYMENTS = 50
export const FAR_PAYMENTS = 20
const COLD = 10

/** How many times slower the processor of the mobile profile is. */
export const SLOWDOWN = 6

/**
 * What a load leaves for later counts as its own, and nothing of it goes on in the first payment: visitors do not click
 * sooner.
 */
const SETTLE_MS = 200
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Measures pages that load a client and pay: a seller close by, a far one, and the far one with a slow processor. */
export async function visit(browsing, url, client) {
  const near = await withNewProfile(browsing, url, (page) => loadAndPay(page, client, PAYMENTS))
  if (client.kind === 'nothing') return near
  const far = await withNewProfile(browsing, url, (page) => payFar(page, client))
  const mobile = await withNewProfile(browsing, url, async (page) => {
    await page.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
    return payFar(page, client)
  })
  return { ...near, ...named('far', far), ...named('mobile', mobile) }
}

/** Measures the same with the far seller in a profile whose journal holds the client's number of `records`. */
export const visitWithJournal = (browsing, url, client) =>
  withNewProfile(
    browsing,
    url,
    (page) => fillJournal(page, client),
    (page) => payFar(page, client),
  )

async function fillJournal(page, client) {
  if (!client.records) return
  await page.call('load', client)
  await page.call('remember', client.records)
}

const payFar = (page, client) => loadAndPay(page, { ...client, service: `/far${client.service}` }, FAR_PAYMENTS)

async function loadAndPay(page, client, payments) {
  await page.send('Performance.enable', { timeDomain: 'threadTicks' })
  await pause(SETTLE_MS)
  const [load, loadBusy] = await busyWith(page, () => page.call('load', client), SETTLE_MS)
  if (client.kind === 'nothing') return { load, loadBusy }
  const first = await payOnce(page, SETTLE_MS)
  const later = []
  while (later.length < payments - 1) later.push(await payOnce(page, 0))
  const warm = mediansOf(later.slice(COLD - 1))
  return { load, loadBusy, startBusy: loadBusy + first.busy, ...named('first', first), ...named('warm', warm) }
}

async function payOnce(page, settleMs) {
  const [[payment], busy] = await busyWith(page, () => page.call('pay', 1), settleMs)
  return { ...payment, busy }
}

/** What the page holds with the client loaded, and after its payments, garbage collected. */
export const weighHeap = (browsing, url, client) =>
  withNewProfile(browsing, url, async (page) => {
    const heap = heapOf(page)
    await page.call('load', client)
    const loaded = await heap.collected()
    if (client.kind === 'nothing') return { loaded }
    await page.call('pay', PAYMENTS)
    return { loaded, paid: await heap.collected() }
  })

/** Milliseconds of the main thread's own processor time. */
async function busyWith({ send }, work, settleMs) {
  const busy = async () => {
    const { metrics } = await send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value
  }
  const before = await busy()
  const outcome = await work()
  await pause(settleMs)
  return [outcome, (await busy()) - before]
}

const mediansOf = (payments) =>
  Object.fromEntries(
    Object.keys(payments[0]).map((key) => [key, figures(payments.map((payment) => payment[key])).median]),
  )

/** `first` and `asking` as `firstAsking`. */
const named = (when, spans) =>
  Object.fromEntries(
    Object.entries(spans).map(([key, value]) => [`${when}${key[0].toUpperCase()}${key.slice(1)}`, value]),
  )
