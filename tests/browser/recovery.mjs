// What comes of a purchase under the sandbox's faults.
import assert from 'node:assert/strict'
import { test } from 'node:test'

/** Each fault with its options; where there are none, the payment was taken before it. */
export function testFound(open, faults) {
  for (const [fault, options] of faults) {
    test(fault, async () => {
      const { sandbox, dapp, buy, tasks, assertPaid } = await open(fault, { options })
      const { receipt, taskId } = await dapp.value(...buy())
      assert.ok(sandbox.tasks.has(taskId))
      await assertPaid(1)
      const [{ transaction }] = await sandbox.payments()
      assert.equal(receipt.transaction, transaction)
      assert.equal(
        receipt.settled,
        options ? 'server' : 'chain',
        options ? 'sent again, and answered' : 'the token itself says so',
      )
      assert.ok((await dapp.events()).some(({ type }) => type === 'payment_unknown'))
      const [record] = await tasks()
      assert.deepEqual(
        { step: record.step, paid: record.paid, status: record.status },
        { step: 'done', paid: 'yes', status: 'completed' },
      )
    })
  }
}

export function testUnpaid(open, faults) {
  for (const fault of faults) {
    test(fault, async () => {
      const { sandbox, stored, assertPaid, buyBeyondTheWindow } = await open(fault)
      const { error } = await buyBeyondTheWindow()
      const { code, paid, retry } = error
      assert.deepEqual({ code, paid, retry }, { code: 'payment_rejected', paid: 'no', retry: 'safe' })
      await assertPaid(0)
      assert.equal(sandbox.stranger.requests.filter(({ paid }) => paid).length, 0, 'the payment went nowhere else')
      const [record] = await stored()
      assert.deepEqual(
        [record.step, record.paid, record.payment],
        ['abandoned', 'no', undefined],
        'the signed payment is deleted',
      )
    })
  }
}
