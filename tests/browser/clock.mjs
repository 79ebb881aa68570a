// A visitor's clock that is an hour off: the chain's clock decides, in everything that is signed, sent and concluded.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

export function testClock(open, off, ms) {
  describe(`a clock one hour ${off}`, { timeout: 300_000 }, () => {
    const openOff = async (fault, options) => {
      const world = await open(fault, { options })
      await world.change((ms) => {
        const now = Date.now
        Date.now = () => now() + ms
      }, ms)
      return world
    }

    test('does not prevent a purchase, or make its authorization valid for longer', async () => {
      const { sandbox, dapp, buy, assertPaid } = await openOff()
      const { video } = await dapp.value(...buy())
      assert.ok(video.url)
      await assertPaid(1)
      const [{ payment }] = sandbox.requests.filter(({ paid }) => paid)
      const { validBefore } = JSON.parse(atob(payment)).payload.authorization
      const { timestamp } = await sandbox.client.getBlock()
      assert.ok(Number(validBefore) - Number(timestamp) <= 60, 'seconds from now')
    })

    test('does not prevent finding the video after a lost response', async () => {
      const { dapp, buy, assertPaid } = await openOff('paid-500-after')
      const { receipt } = await dapp.value(...buy())
      assert.equal(receipt.settled, 'chain')
      await assertPaid(1)
    })

    test('does not prevent proving that nothing was paid', async () => {
      const { assertPaid, buyBeyondTheWindow } = await openOff('paid-402-before')
      const { error } = await buyBeyondTheWindow()
      assert.deepEqual([error.code, error.paid], ['payment_rejected', 'no'])
      await assertPaid(0)
    })

    test('does not prevent resending, after a reload, a payment that never arrived', async () => {
      const { sandbox, dapp, resume, leaveUnanswered } = await openOff('paid-500-before')
      await leaveUnanswered()
      sandbox.fault(null)
      const { receipt } = await dapp.value(...resume())
      assert.deepEqual(
        (await sandbox.payments()).map(({ transaction }) => transaction),
        [receipt.transaction],
      )
    })
  })
}
