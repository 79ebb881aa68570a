import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { serveFiles } from '../../tests/browser/static-server.mjs'
import { CLIENTS } from './clients.mjs'
import { startService } from './service.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const SOON_MS = 30_000
const END_MS = 400_000

/**
 * Opens a visitor's page, on an origin of its own and with connections of its own for every client. Gives what runs it.
 */
export async function openVisit({ name, visitor, jobs, library, desk, openTab }) {
  const services = await Promise.all(CLIENTS.map(async (client) => ({ ...client, service: await startService(jobs) })))
  const site = await serveFiles({
    '/': `${HERE}page.html`,
    '/page.js': `${HERE}page.js`,
    '/package/': library.directory,
  })
  const clients = services.map(({ client, pause, service }) => ({ client, pause, baseUrl: service.url }))
  const begins = jobs.map(({ name, beginsAfter }) => ({ name, beginsAfter }))
  const orders = { name, desk: desk.url, planned: visitor.sights, clients, jobs: begins }
  const tab = await openTab(`${site.url}#${encodeURIComponent(JSON.stringify(orders))}`)
  if (visitor.sights[0] === 'hidden') await tab.hide()

  return {
    async run() {
      await desk.note((note) => note.name === name, SOON_MS, `the first word of the page ${name}`)
      const [end] = await Promise.all([
        desk.note((note) => note.name === name && note.type === 'end', END_MS, `the end of the page ${name}`),
        visitor.live(tab, Date.now()),
      ])
      checkSights(name, end, visitor.sights)
      return { sights: end.sights, trips: end.trips, watches: watchesOf(services, end) }
    },
    stop: () => Promise.all([site, ...services.map(({ service }) => service)].map((server) => server.stop())),
  }
}

/** What was measured counts only where the page was seen as planned, by its own word. */
function checkSights(name, { error, sights }, planned) {
  if (error) throw new Error(`the page ${name} failed: ${error}`)
  const seen = sights.map(({ sight }) => sight)
  if (!isDeepStrictEqual(seen, planned))
    throw new Error(`the page ${name} was ${seen.join(', ')} instead of ${planned.join(', ')}`)
}

function watchesOf(services, { noticed, sights }) {
  const backAt = sights.length > 1 ? sights.at(-1).at : null
  return services.flatMap(({ client, service }) =>
    service.tasks().map(({ job, looks, completedAt }) => ({
      client,
      kind: job.kind,
      looks,
      late: (noticed[client][job.name] - completedAt) / 1000,
      ...sightOf(noticed[client][job.name], completedAt, backAt),
    })),
  )
}

/** Of a task that was finished while the visitor was away: how long the visitor was back and still waited for it. */
function sightOf(noticedAt, completedAt, backAt) {
  if (backAt === null || completedAt >= backAt) return {}
  return { waited: Math.max(0, noticedAt - backAt) / 1000 }
}
