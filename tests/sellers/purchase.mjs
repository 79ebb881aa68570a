// A purchase of one dollar from a seller, and what came of it.
import assert from 'node:assert/strict'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { at, generate, passTime } from '../browser/calls.mjs'
import { BY_OWNER, BY_SWITCH, LONG, delegate, deploy, ownBy, payFrom, switchOn } from '../browser/contracts.mjs'
import { SIGN, sameAddress, walletFor } from '../browser/harness.mjs'

export const PLAIN = 'plain account'

/** By name: the account that pays, once the sandbox has it. */
export const PAYERS = {
  [PLAIN]: async ({ payer }) => ({ account: payer.address }),
  'smart account, key of its owner': async (sandbox) => ({ account: await deploy(sandbox, BY_OWNER) }),
  'smart account, signature of 320 bytes': async (sandbox) => {
    const account = await deploy(sandbox, BY_SWITCH)
    await switchOn(sandbox, account)
    return { account, signature: LONG }
  },
  'plain account with a delegate (EIP-7702)': async (sandbox) => {
    await delegate(sandbox, sandbox.payer.address, await deploy(sandbox, BY_OWNER))
    await ownBy(sandbox, sandbox.payer.address)
    return { account: sandbox.payer.address }
  },
}

/** Longer than any authorization is open. */
const WINDOW = 700

/**
 * Buys in Chromium. Checks that the seller was paid once, by the right account, and that the video came; or that the
 * page was told that nothing was paid, and nothing was.
 * @param stage the browser
 * @param {import('./sellers.mjs').SELLERS[string]} seller
 * @param {{ cors?: 'stock' | 'exposed', payer?: keyof typeof PAYERS, isLost?: boolean }} [options] `isLost`: the first
 *   answer to the payment is lost on its way, after the seller has done its work
 * @returns the result as `value`, or the `error` that the page was told
 */
export async function buy(stage, seller, { cors = 'exposed', payer = PLAIN, isLost = false } = {}) {
  const sandbox = await startSandbox({ stepMs: 100, ...seller.sandbox })
  const running = [sandbox]
  try {
    const shop = await seller.start(sandbox, cors)
    running.push(shop)
    const dapp = await stage.openDapp({ wallet: walletFor(sandbox) })
    running.push({ stop: dapp.close })
    const wasLost = isLost ? await loseAnswer(dapp) : () => true
    const { account, signature } = await PAYERS[payer](sandbox)
    const order = { request: { prompt: 'a cat surfs' }, options: at(shop.url) }
    const owner = sandbox.payer.address
    const buying =
      account === owner ? dapp.run(generate, order) : dapp.run(payFrom, { ...order, account, signature, owner })
    if (cors === 'stock') passWindow(sandbox, dapp)
    const outcome = await buying
    assert.ok(wasLost(), 'no answer was lost')
    await check(sandbox, dapp, account, outcome)
    return outcome
  } finally {
    for (const part of running.reverse()) await part.stop()
  }
}

/** Drops the first answer to a payment. Returns a function that tells whether there was one. */
async function loseAnswer({ page }) {
  const isPaid = (headers) => 'x-payment' in headers || 'payment-signature' in headers
  let isOver = false
  await page.route('**/generation/create', async (route) => {
    if (isOver || !isPaid(route.request().headers())) return route.continue()
    isOver = true
    await route.fetch()
    await route.abort()
  })
  return () => isOver
}

/** Lets the window of a payment pass as soon as its answer is missing. */
function passWindow(sandbox, dapp) {
  dapp
    .untilEvent('payment_unknown')
    .then(() => passTime(sandbox, dapp, WINDOW))
    .catch(() => {})
}

async function check(sandbox, dapp, account, { value, error }) {
  const payments = await sandbox.payments()
  if (error) {
    assert.deepEqual([error.paid, payments.length], ['no', 0], error.message)
    return
  }
  assert.ok(value.video.url)
  assert.deepEqual(
    payments.map(({ from, value }) => [sameAddress(from, account), value]),
    [[true, 1_000_000n]],
  )
  assert.ok((await dapp.asked(SIGN)) <= 1)
  assert.ok([undefined, payments[0].transaction].includes(value.receipt.transaction))
}

/** The outcome of a purchase in words, for the table. */
export function wordingOf({ value, error }) {
  if (error) return `not paid: \`${error.code}\`, ${error.message}`
  const { settled, transaction } = value.receipt
  return `paid, receipt by the ${settled}${transaction ? ' with its transaction' : ''}`
}
