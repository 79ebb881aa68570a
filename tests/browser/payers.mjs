// Payers that are contracts, before the official sellers.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BY_OWNER, BY_SWITCH, LONG, delegate, deploy, ownBy, payFrom, switchOn } from './contracts.mjs'
import { SIGN, sameAddress } from './harness.mjs'

const TIMEOUT = { timeout: 300_000 }

/** What `payFrom` takes. */
export const call = (world, more) => ({ ...world.order(), owner: world.sandbox.payer.address, ...more })

async function assertPaidFrom(account, { dapp, sandbox }, given) {
  const { video, receipt } = given
  assert.ok(video.url && sameAddress(receipt.payer, account))
  const [payment, ...others] = await sandbox.payments()
  assert.deepEqual([sameAddress(payment.from, account), payment.value, others.length], [true, 1_000_000n, 0])
  assert.equal(receipt.transaction, payment.transaction)
  assert.ok((await dapp.asked(SIGN)) <= 1)
}

export function testPayers(open, x402) {
  describe(`to a seller of version ${x402}`, TIMEOUT, () => {
    test("a smart account pays with a signature of its owner's key", async () => {
      const world = await open(null, { x402 })
      const account = await deploy(world.sandbox, BY_OWNER)
      await assertPaidFrom(account, world, await world.dapp.value(payFrom, call(world, { account })))
    })

    test('a smart account pays with a signature in a form of its own', async () => {
      const world = await open(null, { x402 })
      const account = await deploy(world.sandbox, BY_SWITCH)
      await switchOn(world.sandbox, account)
      await assertPaidFrom(account, world, await world.dapp.value(payFrom, call(world, { account, signature: LONG })))
    })

    test('a plain account delegated to a contract pays if the contract accepts its key', async () => {
      const world = await open(null, { x402 })
      const { sandbox, dapp, buy } = world
      const account = sandbox.payer.address
      const contract = await deploy(sandbox, BY_OWNER)
      await delegate(sandbox, account, contract)
      await ownBy(sandbox, account)
      await assertPaidFrom(account, world, await dapp.value(...buy()))
    })
  })
}
