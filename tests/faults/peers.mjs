/**
 * `npm run faults:peers`: what the official clients do under each fault of the sandbox, written to peers.json.
 *
 * A fault strikes one request. When that leaves the app without a task, the app calls the same client once more, as a
 * user would who presses the button again.
 */
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatUnits } from 'viem'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { clients, countingSigner } from './clients.mjs'
import { CLOCKS, PEER_COURSES, faultOf } from './courses.mjs'
import { pressElsewhere } from './elsewhere.mjs'
import { press } from './press.mjs'

async function run(sandbox, { name, wrap }, course) {
  const signer = countingSigner(sandbox.payer)
  const pay = wrap({ chain: sandbox.client.chain, rpcUrl: sandbox.rpcUrl, signer })
  const here = () => press(sandbox.apiUrl, pay)
  const elsewhere = async () => {
    const { chainId, rpcUrl, apiUrl, payer } = sandbox
    const { outcome, asked } = await pressElsewhere({ name, ahead: CLOCKS[course], chainId, rpcUrl, apiUrl, payer })
    signer.asked += asked
    return outcome
  }
  const buy = course in CLOCKS ? elsewhere : here
  const act =
    {
      'double-click': async () => (await Promise.all([buy(), buy()])).join('; '),
      'paid-delayed': async () => press(sandbox.apiUrl, pay, await onceSettled(sandbox)),
    }[course] ?? buy
  sandbox.fault(faultOf(course), { times: 1 })
  const first = await measured(sandbox, signer, act)
  const retry = first.outcome.includes('a task') ? null : await measured(sandbox, signer, buy)
  return { fault: course, client: name, first, retry }
}

/** What an action came to: in the app, in the wallet, on the chain, at the seller and at a stranger. */
async function measured(sandbox, signer, action) {
  const count = async () => {
    const payments = await sandbox.payments()
    return {
      signatures: signer.asked,
      usdc: payments.reduce((sum, { value }) => sum + value, 0n),
      tasks: sandbox.tasks.size,
      paymentsGivenAway: sandbox.stranger.requests.filter(({ paid }) => paid).length,
    }
  }
  const earlier = await count()
  const outcome = await action()
  const later = await count()
  const grown = Object.fromEntries(Object.entries(later).map(([key, value]) => [key, value - earlier[key]]))
  return { outcome, ...grown, usdc: formatUnits(grown.usdc, 6) }
}

/** The app's patience ends when the money has moved, so that no clock decides what happens. */
async function onceSettled(sandbox) {
  const { length } = await sandbox.payments()
  const patience = new AbortController()
  const watch = async () => {
    while ((await sandbox.payments()).length === length) await sleep(20)
    patience.abort()
  }
  watch()
  return patience.signal
}

console.error = () => {} // The middleware writes down each failure, and here all failures are meant.
const sandbox = await startSandbox({ stepMs: 3_600_000 })
try {
  const rows = []
  for (const course of PEER_COURSES) for (const client of clients) rows.push(await run(sandbox, client, course))
  for (const row of rows) console.log(JSON.stringify(row))
  await writeFile(
    new URL('peers.json', import.meta.url),
    `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`,
  )
} finally {
  await sandbox.stop()
}
