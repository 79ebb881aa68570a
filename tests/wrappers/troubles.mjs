// Wrappers that meddle with a payment, for sellers of each version.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, generate, passTime } from '../browser/calls.mjs'
import { SIGN, watchRequests } from '../browser/harness.mjs'
import { request, useWrappedDapps } from './purchases.mjs'
import { LOSING, WRAPPERS } from './wrappers.mjs'

/** Registers the tests for sellers of that version. */
export function testTroubles(x402) {
  describe(`with a seller of version ${x402}, a fetch`, { timeout: 300_000 }, () => {
    const open = useWrappedDapps()

    test('that sends the payment again when the answer is lost pays once', async () => {
      const { sandbox, dapp } = await open(WRAPPERS['one that retries'], x402)
      const earlier = await sandbox.payments()
      const watch = watchRequests(sandbox)
      sandbox.fault('paid-dropped-after', { times: 1 })
      const { taskId, receipt } = await dapp.value(generate, { request, options: at(sandbox.apiUrl) })
      sandbox.fault(null)
      assert.ok(sandbox.tasks.has(taskId))
      assert.equal(await sandbox.authorizationUsed(receipt.payer, receipt.nonce), true)
      assert.ok(watch.paid().length > 1, 'it is sent again')
      assert.equal(new Set(watch.paid().map(({ payment }) => payment)).size, 1, 'always the same payment')
      assert.equal((await sandbox.payments()).length - earlier.length, 1, 'payments on the chain')
      assert.equal(await dapp.asked(SIGN), 1, 'signatures')
    })

    test('that loses the payment is named by the error, and nothing is paid', async () => {
      const { sandbox, dapp } = await open(LOSING, x402)
      const earlier = await sandbox.payments()
      const watch = watchRequests(sandbox)
      const order = { request, options: at(sandbox.apiUrl) }
      const buying = dapp.run(generate, order)
      await Promise.race([dapp.untilEvent('payment_unknown'), buying])
      await passTime(sandbox, dapp, 120)
      const { error } = await buying
      assert.deepEqual([error.code, error.paid], ['payment_rejected', 'no'])
      assert.match(error.message, /fetch/)
      assert.equal(watch.paid().length, 0, 'no payment arrived')
      assert.deepEqual(await sandbox.payments(), earlier)
      assert.equal(await dapp.asked(SIGN), 1, 'signatures')

      await dapp.page.evaluate(() => (globalThis.fetch = globalThis.native))
      await dapp.value(generate, order)
      assert.equal((await sandbox.payments()).length - earlier.length, 1, 'bought again without the wrapper')
    })
  })
}
