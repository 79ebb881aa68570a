// Every way in which a seller may speak x402: the official sellers of both versions, one that speaks both, and the
// hybrid that the sister service documents. Real chain, real token, real facilitators.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN, paymentOf } from './harness.mjs'
import { useWorlds, untilSettled } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

for (const [x402, spoken] of [
  [2, 2],
  ['both', 2],
  ['hybrid', 2],
]) {
  describe(`a seller of x402 ${x402}`, TIMEOUT, () => {
    test('is paid once, and the receipt has the transaction', async () => {
      const { sandbox, dapp, buy, assertPaid } = await open(null, { x402 })
      const { video, receipt, taskId } = await dapp.value(...buy())
      assert.ok(video.url && sandbox.tasks.has(taskId))
      await assertPaid(1)
      assert.equal(receipt.settled, 'server')
      assert.equal(receipt.transaction, (await sandbox.payments())[0].transaction)
      const [paid] = sandbox.requests.filter(({ paid }) => paid)
      assert.equal(paymentOf(paid).x402Version, spoken)
    })

    test('is paid with a quote after a JSON round trip', async () => {
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
      ['receipt-missing', 'later'],
      ['receipt-garbage', 'later'],
    ]) {
      test(`${fault}: the video arrives, paid once`, async () => {
        const { dapp, buy, tasks, assertPaid } = await open(fault, { options, x402 })
        const { video, receipt } = await dapp.value(...buy())
        assert.ok(video.url)
        if (settled === 'later') await untilSettled(tasks)
        else assert.equal(receipt.settled, settled)
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

    test('is paid after a reload if the payment never arrived before', async () => {
      const { sandbox, dapp, resume, leaveUnanswered } = await open('paid-500-before', { x402 })
      await leaveUnanswered()
      sandbox.fault(null)
      const { receipt } = await dapp.value(...resume())
      assert.deepEqual(
        (await sandbox.payments()).map(({ transaction }) => transaction),
        [receipt.transaction],
      )
      assert.equal(await dapp.asked(SIGN), 0)
    })
  })
}
