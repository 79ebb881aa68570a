// Purchases in pages whose `fetch` is wrapped, at the sandbox's sellers.
import assert from 'node:assert/strict'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { SIGN, walletFor, watchRequests } from '../browser/harness.mjs'
import { keep, share, stage, useStage } from '../browser/stage.mjs'

/** With text that is no ASCII, so that a body which was encoded twice is seen. */
export const request = { prompt: 'A paper boat on the Łyna 🛶' }

/** Returns what opens a dapp behind a wrapper, and a seller of that version. It is closed after the test. */
export function useWrappedDapps() {
  const sandboxes = {}
  useStage()

  return async function open({ install, adds }, x402 = 1) {
    const sandbox = (sandboxes[x402] ??= share(await startSandbox({ stepMs: 100, x402 })))
    const profile = await stage.browser.newContext()
    // Preflights of what playwright routes are allowed, as by a service that knows of the wrapper's header.
    if (adds) await profile.route(`${sandbox.apiUrl}/**`, (route) => route.continue())
    await profile.addInitScript(() => (globalThis.native = globalThis.fetch))
    await install(profile)
    const dapp = keep(await stage.openDapp({ wallet: walletFor(sandbox), profile }))
    assert.ok(await dapp.page.evaluate(() => fetch !== globalThis.native), 'fetch is wrapped')
    return { sandbox, dapp, adds }
  }
}

/**
 * Runs `buy` and checks: one signature, one payment on the chain, one purchase whose body arrived whole. Returns the
 * paid request.
 */
export async function assertOnePurchase({ sandbox, dapp, adds }, buy) {
  const earlier = await sandbox.payments()
  const watch = watchRequests(sandbox)
  const headers = []
  dapp.page.on('request', (sent) => {
    if (sent.method() === 'POST' && sent.url().startsWith(sandbox.apiUrl)) headers.push(sent.headers())
  })
  await buy()
  const [unpaid, paid] = watch.creates()
  assert.deepEqual(
    watch.creates().map((sent) => sent.paid),
    [false, true],
  )
  assert.equal((await sandbox.payments()).length - earlier.length, 1, 'payments on the chain')
  assert.equal(await dapp.asked(SIGN), 1, 'signatures')
  assert.deepEqual([paid.body, paid.image], [unpaid.body, unpaid.image], 'what is paid for is what was quoted')
  assert.equal(paid.body.prompt, request.prompt)
  if (adds) assert.ok(headers.length === 2 && headers.every((sent) => adds in sent), `${adds} is sent`)
  return paid
}

/** Runs `buy`, which fails, and checks that the wallet was not asked and nothing was paid. Returns the error. */
export async function assertNoPurchase({ sandbox, dapp }, buy) {
  const earlier = await sandbox.payments()
  const error = await buy()
  assert.deepEqual(await sandbox.payments(), earlier)
  assert.equal(await dapp.asked(SIGN), 0, 'signatures')
  assert.equal(error.paid, 'no')
  return error
}
