// Payers that are contracts: before a seller of version 1, and whose signature the token would refuse.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { BY_OWNER, BY_SWITCH, LONG, delegate, deploy, fund, payFrom } from './contracts.mjs'
import { call, testPayers } from './payers.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()
const OTHER = generatePrivateKey()

async function assertRefused({ dapp, sandbox }, given, reason) {
  const error = await dapp.failure(payFrom, given)
  assert.deepEqual([error.code, error.paid, error.retry], ['bad_signature', 'no', 'safe'])
  assert.match(error.message, reason)
  assert.equal(sandbox.requests.filter(({ paid }) => paid).length, 0, 'nothing was sent')
}

testPayers(open, 1)

describe('a signature that the token would refuse is not sent', TIMEOUT, () => {
  test('from a contract that does not accept it', async () => {
    const world = await open()
    const account = await deploy(world.sandbox, BY_SWITCH)
    await assertRefused(world, call(world, { account, signature: LONG }), /does not accept/)
  })

  test("from a smart account, by a key that is not its owner's", async () => {
    const world = await open(null, { wallet: { privateKeys: [OTHER] } })
    const account = await deploy(world.sandbox, BY_OWNER)
    await assertRefused(world, call(world, { account, owner: privateKeyToAccount(OTHER).address }), /does not accept/)
  })

  test('from a smart account that is not deployed yet', async () => {
    const world = await open()
    const account = await fund(world.sandbox, '0x2222222222222222222222222222222222222222')
    await assertRefused(world, call(world, { account, signature: LONG }), /no contract is found/)
  })

  test('of a plain account that hands over to a contract without a word on signatures', async () => {
    const world = await open()
    const { sandbox } = world
    await delegate(sandbox, sandbox.payer.address, sandbox.token)
    await assertRefused(world, call(world, { account: sandbox.payer.address }), /EIP-7702/)
  })
})
