/** `npm run doctor:reports`: REPORTS.md, with what the doctor says of five sellers. */
import { writeFile } from 'node:fs/promises'
import express from 'express'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { listen } from '../../sandbox/server.mjs'
import { loadRecipe } from '../proxy/recipes.mjs'
import { loadDoctor } from './doctor.mjs'
import { startForeign } from './sellers.mjs'

export const FILE = new URL('REPORTS.md', import.meta.url)
const ORIGIN = 'https://my.app'

const SELLERS = {
  'The sandbox, which words everything as the service documents it': async ({ apiUrl }) => ({ url: apiUrl }),
  'x402-express 1.2.0, with the stock CORS of Express': (sandbox) => startForeign(sandbox, 1),
  '@x402/express 2.27.0, with the stock CORS of Express': (sandbox) => startForeign(sandbox, 2),
  '@x402/express 2.27.0, without CORS': (sandbox) => startForeign(sandbox, 2, { cors: false }),
  'The same, through a proxy that lists the page': startProxied,
}

async function startProxied(sandbox) {
  const seller = await startForeign(sandbox, 2, { cors: false })
  const { imagine } = await loadRecipe('express', seller.url, { origins: [ORIGIN] })
  const server = await listen(express().use('/api/imagine', imagine))
  return { url: `${server.url}/api/imagine`, stop: () => Promise.all([server.stop(), seller.stop()]) }
}

/** The whole file. What differs from run to run is left out. */
export async function reports() {
  const { doctor, printed } = await loadDoctor('doctor', 'doctor-report')
  const sandbox = await startSandbox()
  const parts = []
  try {
    for (const [name, start] of Object.entries(SELLERS)) {
      const { url, stop } = await start(sandbox)
      const report = printed(await doctor(url, { origin: ORIGIN }))
      await stop?.()
      parts.push(`## ${name}\n\n\`\`\`text\n${steady(report)}\`\`\`\n`)
    }
  } finally {
    await sandbox.stop()
  }
  return `${HEAD}\n${parts.join('\n')}`
}

const HEAD = `# What the doctor says of five sellers

Made by \`npm run doctor:reports\`, on this machine, so the addresses are plain http. Nothing was paid.
`

const steady = (text) =>
  text
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
    .replace(/within \d+ ms/, 'within … ms')
    .replace(/is \d s off/, 'is 0 s off')

if (process.argv[1] === new URL(import.meta.url).pathname) await writeFile(FILE, await reports())
