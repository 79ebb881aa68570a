// Sellers of x402 version 2, and what a page can see of them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN, paymentOf } from './harness.mjs'
import { untilSettled, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

describe('a page that cannot read headers', TIMEOUT, () => {
  test('cannot see the terms of version 2, and gets an error that says so', async () => {
    const { dapp, buy } = await open('cors-unexposed', { x402: 2 })
    const { code, paid, message } = await dapp.failure(...buy())
    assert.deepEqual([code, paid], ['bad_response', 'no'])
    assert.match(message, /PAYMENT-REQUIRED/)
    assert.equal(await dapp.asked(SIGN), 0)
  })

  for (const [x402, spoken] of [
    ['both', 1],
    ['hybrid', 2],
  ]) {
    test(`pays a seller of ${x402} with the terms in the body`, async () => {
      const { sandbox, dapp, buy, tasks, assertPaid } = await open('cors-unexposed', { x402 })
      const { receipt } = await dapp.value(...buy())
      assert.notEqual(receipt.settled, 'server')
      await assertPaid(1)
      const [{ transaction }] = await sandbox.payments()
      assert.equal((await untilSettled(tasks)).receipt.transaction, transaction, 'found on the chain')
      assert.equal(paymentOf(sandbox.requests.find(({ paid }) => paid)).x402Version, spoken)
    })
  }
})

test('a version 2 seller gets its own terms back, with only the payment identifier filled in', TIMEOUT, async () => {
  const { sandbox, dapp, buy } = await open(null, { x402: 2 })
  await dapp.value(...buy())
  const [probe, paid] = sandbox.requests
  const { headers } = await fetch(sandbox.apiUrl + probe.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(probe.body),
  })
  const terms = paymentOf({ payment: headers.get('payment-required') })
  const { accepted, resource, extensions } = paymentOf(paid)
  const { id, ...info } = extensions['payment-identifier'].info
  assert.match(id, /^[A-Za-z0-9_-]{16,128}$/)
  extensions['payment-identifier'].info = info
  assert.deepEqual(
    { accepts: [accepted], resource, extensions },
    { accepts: terms.accepts, resource: terms.resource, extensions: terms.extensions },
  )
})
