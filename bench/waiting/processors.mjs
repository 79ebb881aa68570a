import { availableParallelism } from 'node:os'

export const PROCESSORS = availableParallelism()

/** Gives the function that says which part of all processors' time since now the browser and this process have used. */
export async function watchProcessors(browser) {
  const session = await browser.newBrowserCDPSession()

  async function count() {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const { user, system } = process.cpuUsage()
    return {
      at: performance.now() / 1000,
      used: processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, (user + system) / 1e6),
    }
  }

  const before = await count()
  return async () => {
    const after = await count()
    return (after.used - before.used) / (after.at - before.at) / PROCESSORS
  }
}
