import { readFileSync } from 'node:fs'

/** What they are to somebody who reads a table. The others, such as the one for graphics, never see a picture. */
const ROLES = {
  renderer: 'page',
  browser: 'browser',
  'network.mojom.NetworkService': 'network',
  'storage.mojom.StorageService': 'storage',
}
const EVERY_MS = 20

const SETTLED = 0.5e6
const PATIENCE_MS = 15_000
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * What the processes of a browser have in memory, in bytes, by their roles; what several of them share is counted once.
 */
export function processesOf(browsing) {
  async function list() {
    const { processInfo } = await browsing.send('SystemInfo.getProcessInfo')
    return processInfo.filter(({ type }) => type in ROLES).map(({ type, id }) => ({ role: ROLES[type], id }))
  }

  return {
    /** Once it hardly changes any more. */
    async settled() {
      const end = Date.now() + PATIENCE_MS
      for (let last; ; ) {
        const now = sample(await list())
        if ((last && Math.abs(now.together - last.together) < SETTLED) || Date.now() > end) return now
        last = now
        await pause(1_000)
      }
    },
    /**
     * The most at any one moment while `work` runs, each role's own most, and how many milliseconds are between two
     * looks.
     */
    async most(work) {
      const processes = await list()
      const begun = Date.now()
      const samples = [sample(processes)]
      const timer = setInterval(() => samples.push(sample(processes)), EVERY_MS)
      try {
        await work()
      } finally {
        clearInterval(timer)
      }
      const mostOf = (part) => Math.max(...samples.map((one) => one[part]))
      const bytes = Object.fromEntries(Object.keys(samples[0]).map((part) => [part, mostOf(part)]))
      return { bytes, every: (Date.now() - begun) / samples.length }
    },
  }
}

function sample(processes) {
  const bytes = { together: 0, ...Object.fromEntries(Object.values(ROLES).map((role) => [role, 0])) }
  for (const { role, id } of processes) {
    const own = residentOf(id)
    bytes[role] += own
    bytes.together += own
  }
  return bytes
}

/** Linux's proportional count. A process that has ended has nothing. */
function residentOf(id) {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))[1]) * 1024
  } catch {
    return 0
  }
}
