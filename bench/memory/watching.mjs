import { planJobs } from '../waiting/jobs.mjs'
import { startService } from '../waiting/service.mjs'
import { heapOf } from '../heap.mjs'
import { withPage } from '../page.mjs'

export const TASKS = 100
const LOOKS = 2
const PATIENCE_MS = 120_000
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** What a page holds before, while and after it watches so many tasks, none of which ends. */
export async function measureWatching(site) {
  const jobs = planJobs(TASKS).map((job) => ({ ...job, takes: 24 * 3_600_000 }))
  const service = await startService(jobs)
  try {
    return await withPage(site.url, (page) => watch(page, service, jobs))
  } finally {
    await service.stop()
  }
}

async function watch(page, service, jobs) {
  const heap = heapOf(page)
  const bare = await heap.collected()
  await page.call('load')
  const loaded = await heap.collected()
  await page.call(
    'watch',
    service.url,
    jobs.map(({ name }) => name),
  )
  const most = await mostUntilLooked(service, heap)
  const watching = await heap.collected()
  await page.call('leave')
  await pause(1_000)
  return { bare, loaded, watching, most, left: await heap.collected() }
}

/** The most that is held, garbage included, until every task was looked at so many times. */
async function mostUntilLooked(service, heap) {
  const end = Date.now() + PATIENCE_MS
  let most = await heap.now()
  while (service.tasks().some(({ looks }) => looks < LOOKS)) {
    if (Date.now() > end) throw new Error(`not all of the ${TASKS} tasks were looked at ${LOOKS} times`)
    await pause(100)
    const held = await heap.now()
    if (held.together > most.together) most = held
  }
  return most
}
