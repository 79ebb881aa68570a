// The page's half: watches the same tasks by every client, and says at its end when each was known to be finished.
import { init, submit } from 'imagine-x402'

const { name, desk, planned, clients, jobs } = JSON.parse(decodeURIComponent(location.hash.slice(1)))
const sights = []
const trips = []
const noticed = Object.fromEntries(clients.map(({ client }) => [client, {}]))

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const say = (note) => fetch(desk, { method: 'POST', body: JSON.stringify({ name, ...note }) })

async function byLibrary({ baseUrl }, id) {
  const task = await submit({ prompt: id, id }, { baseUrl })
  await task.wait()
}

async function byLoop({ baseUrl, pause }, id) {
  const headers = { 'content-type': 'application/json' }
  await fetch(`${baseUrl}/generation/create`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ prompt: id, seed: id }),
  })
  for (;;) {
    await sleep(pause)
    const sent = performance.now()
    const response = await fetch(`${baseUrl}/generation/${id}/status`, { cache: 'no-store' })
    const { status } = await response.json()
    trips.push(performance.now() - sent)
    if (status === 'completed') return
  }
}

/** Begins a task for every client in the same moment. */
async function watch({ name: id, beginsAfter }) {
  await sleep(beginsAfter)
  await Promise.all(
    clients.map(async (client) => {
      await (client.pause ? byLoop : byLibrary)(client, id)
      noticed[client.client][id] = Date.now()
    }),
  )
}

/** How long a timer of 100 ms takes at the moment: a hidden page's are slowed. */
async function timeTimer() {
  const gaps = []
  for (let i = 0; i < 5; i++) {
    const set = performance.now()
    await sleep(100)
    gaps.push(performance.now() - set)
  }
  return gaps.sort((a, b) => a - b)[2]
}

async function noteSight() {
  const seen = { sight: document.visibilityState, at: Date.now(), timer: null }
  sights.push(seen)
  await say({ type: 'sight', sight: seen.sight })
  const timer = await timeTimer()
  if (sights.at(-1) === seen) seen.timer = timer
}

const untilSight = (reached) =>
  new Promise((resolve) => {
    const check = () => reached() && resolve()
    document.addEventListener('visibilitychange', check)
    check()
  })

try {
  await init()
  await untilSight(() => document.visibilityState === planned[0])
  await fetch(desk)
  noteSight()
  document.addEventListener('visibilitychange', noteSight)
  await Promise.all(jobs.map(watch))
  await untilSight(() => sights.length >= planned.length)
  await say({ type: 'end', noticed, trips, sights })
} catch (error) {
  await say({ type: 'end', error: String(error?.stack ?? error) })
}
