/**
 * How long after a task is finished it is noticed, and by how many looks: this library beside the loops that came
 * before it.
 */
import { launchThrottledChromium } from '../tests/browser/chromium.mjs'
import { packLibrary } from '../tests/browser/package.mjs'
import { record } from './record.mjs'
import { CLIENTS } from './waiting/clients.mjs'
import { openDesk } from './waiting/desk.mjs'
import { DISTRIBUTION, KINDS, SEED, SPREAD_MS, planJobs } from './waiting/jobs.mjs'
import { papers } from './waiting/papers.mjs'
import { PROCESSORS, watchProcessors } from './waiting/processors.mjs'
import { SCENARIOS } from './waiting/scenarios.mjs'
import { summary } from './waiting/summary.mjs'
import { useTabs } from './waiting/tabs.mjs'
import { openVisit } from './waiting/visit.mjs'

export const WHOLE = 1000

export async function waiting({ tasks = WHOLE } = {}) {
  console.error(`${tasks} tasks in real time, by ${CLIENTS.length} clients: this takes up to six minutes.`)
  const library = await packLibrary()
  const browser = await launchThrottledChromium()
  const desk = await openDesk()
  const visits = []
  try {
    const stage = { library, desk, openTab: await useTabs(browser) }
    for (const scenario of Object.keys(SCENARIOS))
      visits.push(...(await openScenario(stage, scenario, planJobs(tasks))))
    const busy = await watchProcessors(browser)
    desk.start()
    const seen = await Promise.all(visits.map(async ({ scenario, run }) => ({ scenario, ...(await run()) })))
    const results = { ...circumstances(browser, tasks), busy: await busy(), ...summary(seen) }
    await record('waiting', { whole: tasks === WHOLE, markdown: papers(results), results })
  } finally {
    await browser.close()
    await Promise.all([desk, ...visits].map((part) => part.stop()))
  }
}

/** One page after the other: a tab opens in the window that was in front last. */
async function openScenario(stage, scenario, all) {
  const { share, visitors: visitorsOf } = SCENARIOS[scenario]
  const jobs = all.slice(0, Math.ceil(share * all.length))
  const visitors = visitorsOf(jobs.length)
  const visits = []
  for (const [place, visitor] of visitors.entries()) {
    const own = jobs.filter((_, number) => number % visitors.length === place)
    visits.push({ scenario, ...(await openVisit({ ...stage, name: `${scenario}-${place}`, visitor, jobs: own })) })
  }
  return visits
}

const circumstances = (browser, tasks) => ({
  tasks,
  seed: SEED,
  times: DISTRIBUTION,
  beginWithinSeconds: SPREAD_MS / 1000,
  kinds: KINDS,
  chromium: browser.version(),
  processors: PROCESSORS,
})
