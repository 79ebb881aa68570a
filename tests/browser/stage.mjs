// What the tests of a file share. Each file runs in a process of its own, so these are plain bindings, which are set
// while its tests run.
import { after, afterEach, before } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { openStage, startStubSeller, walletFor } from './harness.mjs'
import { accepted, completed, paymentRequired } from './stub-seller.mjs'

/** Open from the first test to the last. */
export let stage
/** Likewise in files that ask for it, or opened by a test. */
export let sandbox
/** Opened by a test. */
export let seller
export let dapp

const shared = []
const kept = []

/**
 * Opens what all tests of a file share, and closes it after them.
 * @param sandbox the options of a sandbox, where there is to be one
 * @param prepare runs first, and may return more options for `openStage`
 * @param open runs last; a second `before` of the file would not wait for the stage
 * @param whenOver when to close what tests `keep`: `afterEach` of them, or `after` all
 * @param given the options for `openStage`
 */
export function useStage({ sandbox: options, prepare = none, open = none, whenOver = afterEach, ...given } = {}) {
  before(async () => {
    const more = await prepare()
    stage = share(await openStage({ ...given, ...more }))
    if (options) sandbox = share(await startSandbox(options))
    await open()
  })
  whenOver(closeKept)
  after(async () => {
    await closeKept()
    await closeAll(shared)
  })
}

const none = () => {}

/** Closes a part (a page, a server, a folder) when the test is over. */
export const keep = (part) => add(part, kept)

/** For suites of a file whose parts otherwise stay open. */
export const closeKept = () => closeAll(kept)

/** Closes a part when all tests are over. */
export const share = (part) => add(part, shared)

function add(part, parts) {
  parts.push(part)
  return part
}

/** The last one first. */
async function closeAll(parts) {
  for (const part of parts.splice(0).reverse()) await (part.close ? part.close() : part.stop())
}

/** Starts a sandbox for one test. */
export async function openSandbox(options) {
  sandbox = keep(await startSandbox(options))
  return sandbox
}

/** Opens the dapp of a test, whose wallet has the sandbox's money unless the options say otherwise. */
export async function openDapp(options) {
  dapp = keep(await stage.openDapp(sandbox ? { wallet: walletFor(sandbox), ...options } : options))
  return dapp
}

/** Starts the seller of a test. */
export async function openSeller(script, options) {
  seller = await startSeller(script, options)
  return seller
}

/** Starts a seller that takes the sandbox's payment without settling it, unless the script says otherwise. */
export async function startSeller(script, options) {
  const started = keep(await startStubSeller(options))
  const probe = sandbox && paymentRequired(sandbox)
  started.answer({ ...(probe && { probe }), paid: accepted('task-1'), status: completed, ...script })
  return started
}
