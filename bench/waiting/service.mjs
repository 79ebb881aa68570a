import { readFile } from 'node:fs/promises'
import { jsonOf, serve } from '../server.mjs'

const completed = JSON.parse(
  await readFile(new URL('../../tests/fixtures/status-completed.json', import.meta.url), 'utf8'),
)
const NOT_FOUND = { status: 404, body: { status: 'not_found' } }

/** The service as one client sees it: takes jobs without payment, and counts how often each is looked at. */
export async function startService(jobs) {
  const known = new Map(jobs.map((job) => [job.name, job]))
  const tasks = new Map()

  const begin = (name) => {
    if (!known.has(name)) return NOT_FOUND
    tasks.set(name, { job: known.get(name), begunAt: Date.now(), looks: 0 })
    return { status: 202, body: { taskId: name } }
  }

  const look = (name) => {
    const task = tasks.get(name)
    if (!task) return NOT_FOUND
    task.looks += 1
    return statusOf(task.job, Date.now() - task.begunAt)
  }

  const server = await serve(async (request, path) => {
    if (request.method === 'POST') return begin((await jsonOf(request)).seed)
    return look(/^\/generation\/([^/]+)\/status$/.exec(path)?.[1])
  })
  return {
    ...server,
    tasks: () =>
      [...tasks.values()].map(({ job, begunAt, looks }) => ({ job, looks, completedAt: begunAt + job.takes })),
  }
}

function statusOf({ kind, queuedFor, takes }, elapsed) {
  if (elapsed >= takes) return { status: 200, body: completed }
  const progress = progressOf(kind, (elapsed - queuedFor) / (takes - queuedFor))
  return {
    status: 202,
    body: { status: elapsed < queuedFor ? 'queued' : 'processing', ...(progress !== null && { progress }) },
  }
}

function progressOf(kind, part) {
  if (kind === 'none') return null
  const step = kind === 'coarse' ? 25 : 1
  return Math.max(0, Math.floor((part * (kind === 'coarse' ? 100 : 99)) / step) * step)
}
