// The page's `fetch` is not the browser's own: monitoring, shells of native apps, zones and apps themselves wrap it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, generate, passTime } from '../browser/calls.mjs'
import { SIGN, watchRequests } from '../browser/harness.mjs'
import { assertOnePurchase, request, useWrappedDapps } from './purchases.mjs'
import { LOSING, WRAPPERS } from './wrappers.mjs'

const TIMEOUT = { timeout: 300_000 }

/** Buys, and asks once how the task is. */
const submitAndAsk = async (imagine, { request, options }) => {
  const { taskId } = await imagine.submit(request, options)
  return imagine.status(taskId, options).then(({ status }) => status)
}

describe('a purchase goes through a fetch', TIMEOUT, () => {
  const open = useWrappedDapps()
  for (const [name, wrapper] of Object.entries(WRAPPERS)) {
    test(`wrapped by ${name}`, async () => {
      const opened = await open(wrapper)
      const { sandbox, dapp } = opened
      await assertOnePurchase(opened, async () => {
        assert.notEqual(await dapp.value(submitAndAsk, { request, options: at(sandbox.apiUrl) }), 'not_found')
      })
    })
  }
})

describe('a fetch that sends the payment again when the answer is lost', TIMEOUT, () => {
  const open = useWrappedDapps()
  for (const x402 of [1, 2]) {
    test(`pays once, version ${x402}`, async () => {
      const { sandbox, dapp } = await open(WRAPPERS['one that retries'], x402)
      const watch = watchRequests(sandbox)
      sandbox.fault('paid-dropped-after', { times: 1 })
      const { taskId, receipt } = await dapp.value(generate, { request, options: at(sandbox.apiUrl) })
      sandbox.fault(null)
      assert.ok(sandbox.tasks.has(taskId))
      assert.equal(await sandbox.authorizationUsed(receipt.payer, receipt.nonce), true)
      assert.ok(watch.paid().length > 1, 'it is sent again')
      assert.equal(new Set(watch.paid().map(({ payment }) => payment)).size, 1, 'always the same payment')
      assert.equal((await sandbox.payments()).length, 1, 'payments on the chain')
      assert.equal(await dapp.asked(SIGN), 1, 'signatures')
    })
  }
})

describe('a fetch that loses the payment', TIMEOUT, () => {
  const open = useWrappedDapps()
  for (const x402 of [1, 2]) {
    test(`is named by the error, and nothing is paid, version ${x402}`, async () => {
      const { sandbox, dapp } = await open(LOSING, x402)
      const watch = watchRequests(sandbox)
      const order = { request, options: at(sandbox.apiUrl) }
      const buying = dapp.run(generate, order)
      await Promise.race([dapp.untilEvent('payment_unknown'), buying])
      await passTime(sandbox, 120)
      const { error } = await buying
      assert.deepEqual([error.code, error.paid], ['payment_rejected', 'no'])
      assert.match(error.message, /fetch/)
      assert.equal(watch.paid().length, 0, 'no payment arrived')
      assert.deepEqual(await sandbox.payments(), [])
      assert.equal(await dapp.asked(SIGN), 1, 'signatures')

      await dapp.page.evaluate(() => (globalThis.fetch = globalThis.native))
      await dapp.value(generate, order)
      assert.equal((await sandbox.payments()).length, 1, 'once the wrapper is gone, one purchase is one payment')
    })
  }
})
