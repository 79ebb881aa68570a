/**
 * `npm run faults:ours`: what this library does under each fault of the sandbox, in Chromium, written to ours.json.
 *
 * As for the official clients, a fault strikes one request, and when that leaves the app without a task, the app does
 * once what the error says: it calls again where that is safe, or resumes.
 */
import { writeFile } from 'node:fs/promises'
import { formatUnits } from 'viem'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { at } from '../browser/calls.mjs'
import { SIGN, openStage, walletFor } from '../browser/harness.mjs'
import { CLOCKS, COURSES, faultOf } from './courses.mjs'

const buy = (imagine, { request, options }) => imagine.generate(request, options)
const twice = (imagine, { request, options }) =>
  Promise.all([0, 1].map(() => imagine.generate(request, options))).then(([first]) => first)
const resume = (imagine, { options }) => imagine.resume(undefined, options).then((task) => task.wait())

async function run(stage, course) {
  const sandbox = await startSandbox({ stepMs: 100 })
  const dapp = await stage.openDapp({ wallet: walletFor(sandbox) })
  const args = { request: { prompt: 'a cat surfs' }, options: at(sandbox.apiUrl) }
  try {
    sandbox.fault(faultOf(course), { times: 1, delayMs: 5_000 })
    await dapp.page.evaluate((ahead) => {
      const { now } = Date
      Date.now = () => now() + ahead
    }, CLOCKS[course] ?? 0)
    const first = await measured(sandbox, dapp, course === 'double-click' ? twice : buy, args)
    const second = { safe: buy, resume }[first.next]
    const then = second ? await measured(sandbox, dapp, second, args) : null
    return { fault: course, first, then }
  } finally {
    await dapp.close()
    await sandbox.stop()
  }
}

/** What a call came to: on the page, in the wallet, on the chain, at the seller and at a stranger. */
async function measured(sandbox, dapp, call, args) {
  const { value, error } = await dapp.run(call, args)
  const [purchase] = await dapp.value((imagine) => imagine.tasks({ limit: 1 }))
  const payments = await sandbox.payments()
  return {
    outcome: value ? `the video, ${value.receipt ? `receipt known by ${value.receipt.settled}` : 'free'}` : error.code,
    paid: value ? purchase.paid : error.paid,
    next: error?.retry ?? null,
    signatures: await dapp.asked(SIGN),
    usdc: formatUnits(
      payments.reduce((sum, { value }) => sum + value, 0n),
      6,
    ),
    tasks: sandbox.tasks.size,
    paymentsGivenAway: sandbox.stranger.requests.filter(({ paid }) => paid).length,
  }
}

console.error = () => {} // The middleware writes down each failure, and here all failures are meant.
const stage = await openStage()
try {
  const rows = []
  for (const course of Object.keys(COURSES)) {
    rows.push(await run(stage, course))
    console.log(JSON.stringify(rows.at(-1)))
  }
  await writeFile(
    new URL('ours.json', import.meta.url),
    `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`,
  )
} finally {
  await stage.close()
}
