// Every way in which a seller may speak x402: the official sellers of both versions, one that speaks both, and the hybrid that
// the sister service documents. Real chain, real token, real facilitators.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN } from './harness.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

const decoded = ({ payment }) => JSON.parse(Buffer.from(payment, 'base64').toString())

for (const [x402, spoken] of [[2, 2], ['both', 2], ['hybrid', 2]]) {
  describe(`a seller of x402 ${x402}`, TIMEOUT, () => {
    test('is paid once, and the receipt has the transaction', async () => {
      const { sandbox, dapp, buy, assertPaid } = await open(null, { x402 })
      const { video, receipt, taskId } = await dapp.value(...buy())
      assert.ok(video.url && sandbox.tasks.has(taskId))
      await assertPaid(1)
      assert.equal(receipt.settled, 'server')
      assert.equal(receipt.transaction, (await sandbox.payments())[0].transaction)
      const [paid] = sandbox.requests.filter(({ paid }) => paid)
      assert.equal(decoded(paid).x402Version, spoken)
    })

    test('is paid by a quote that went through JSON', async () => {
      const { dapp, order, assertPaid } = await open(null, { x402 })
      const [version, receipt] = await dapp.value(async (imagine, { request, options }) => {
        const quote = JSON.parse(JSON.stringify(await imagine.quote(request, options)))
        const { receipt } = await imagine.generate(quote, options)
        return [quote.x402Version, receipt]
      }, order())
      assert.equal(version, spoken)
      assert.equal(receipt.settled, 'server')
      await assertPaid(1)
    })

    for (const [fault, settled, options] of [
      ['paid-500-before', 'server', { times: 1 }],
      ['paid-500-after', 'chain'],
      ['paid-truncated', 'chain'],
      ['settle-dropped-after', 'chain'],
      ['settle-pending', 'chain'],
      ['receipt-missing', 'unknown'],
      ['receipt-garbage', 'unknown'],
    ]) {
      test(`${fault}: the video comes, paid once`, async () => {
        const { dapp, buy, assertPaid } = await open(fault, { options, x402 })
        const { video, receipt } = await dapp.value(...buy())
        assert.ok(video.url)
        assert.equal(receipt.settled, settled)
        await assertPaid(1)
      })
    }

    for (const fault of ['verify-refused', 'chain-down']) {
      test(`${fault}: nothing was paid, and that is certain`, async () => {
        const { assertPaid, buyBeyondTheWindow } = await open(fault, { x402 })
        const { error } = await buyBeyondTheWindow()
        assert.deepEqual([error.code, error.paid], ['payment_rejected', 'no'])
        await assertPaid(0)
      })
    }

    test('is paid after a reload what never arrived before', async () => {
      const { sandbox, dapp, resume, leaveUnanswered } = await open('paid-500-before', { x402 })
      await leaveUnanswered()
      sandbox.fault(null)
      const { receipt } = await dapp.value(...resume())
      assert.deepEqual((await sandbox.payments()).map(({ transaction }) => transaction), [receipt.transaction])
      assert.equal(await dapp.asked(SIGN), 0)
    })
  })
}

describe('a page that may read no header', TIMEOUT, () => {
  test('cannot see the terms of version 2, and is told so', async () => {
    const { dapp, buy } = await open('cors-unexposed', { x402: 2 })
    const { code, paid, message } = await dapp.failure(...buy())
    assert.deepEqual([code, paid], ['bad_response', 'no'])
    assert.match(message, /PAYMENT-REQUIRED/)
    assert.equal(await dapp.asked(SIGN), 0)
  })

  for (const [x402, spoken] of [['both', 1], ['hybrid', 2]]) {
    test(`pays a seller of ${x402} by the terms in the body`, async () => {
      const { sandbox, dapp, buy, assertPaid } = await open('cors-unexposed', { x402 })
      const { receipt } = await dapp.value(...buy())
      assert.equal(receipt.settled, 'unknown')
      await assertPaid(1)
      assert.equal(decoded(sandbox.requests.find(({ paid }) => paid)).x402Version, spoken)
    })
  }
})

test('version 2 sees its own words again, with the payment identifier put in and nothing else changed', TIMEOUT, async () => {
  const { sandbox, dapp, buy } = await open(null, { x402: 2 })
  await dapp.value(...buy())
  const [probe, paid] = sandbox.requests
  const { headers } = await fetch(sandbox.apiUrl + probe.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(probe.body) })
  const terms = decoded({ payment: headers.get('payment-required') })
  const { accepted, resource, extensions } = decoded(paid)
  const { id, ...info } = extensions['payment-identifier'].info
  assert.match(id, /^[A-Za-z0-9_-]{16,128}$/)
  extensions['payment-identifier'].info = info
  assert.deepEqual({ accepts: [accepted], resource, extensions }, { accepts: terms.accepts, resource: terms.resource, extensions: terms.extensions })
})
