import { normal, randomOf } from '../random.mjs'

export const SEED = 402
const MEDIAN_MS = 100_000
const SIGMA = 0.4
const SHORTEST_MS = 45_000
const LONGEST_MS = 240_000
export const DISTRIBUTION = 'log-normal around 100 s with a sigma of 0.4, drawn again where it is outside 45 to 240 s'

/** Begun at once, so many tasks would wait for connections and for the processor instead of for a video. */
export const SPREAD_MS = 60_000

export const KINDS = {
  none: 'no progress is given',
  linear: 'the progress follows the time, from 0 to 99',
  coarse: 'the progress is 0, 25, 50 or 75',
}

/** What a service has to do: how long each job takes, when it begins, and what is said of it meanwhile. */
export function planJobs(count) {
  const random = randomOf(SEED)
  const kinds = Object.keys(KINDS)
  return Array.from({ length: count }, (_, place) => ({
    name: `task-${place}`,
    kind: kinds[place % kinds.length],
    beginsAfter: Math.floor(random() * SPREAD_MS),
    queuedFor: Math.floor(3_000 + random() * 7_000),
    takes: drawTime(random),
  }))
}

function drawTime(random) {
  for (;;) {
    const ms = Math.floor(MEDIAN_MS * Math.exp(SIGMA * normal(random)))
    if (ms >= SHORTEST_MS && ms <= LONGEST_MS) return ms
  }
}

/**
 * When each of so many visitors comes back, after the beginning: spread over two minutes, each somewhere in a part of
 * its own.
 */
export function planReturns(count) {
  const random = randomOf(SEED + 1)
  return Array.from({ length: count }, (_, place) => Math.floor(60_000 + ((place + random()) / count) * 120_000))
}
