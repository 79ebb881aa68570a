// Payers that are contracts: a smart account by Circle's own test wallets (ERC-1271), and a plain account that hands over to a
// contract (EIP-7702). Real chain, real token, both official sellers; MetaMask signs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { BY_OWNER, BY_SWITCH, LONG, delegate, deploy, fund, ownBy, payFrom, switchOn } from './contracts.mjs'
import { SIGN, sameAddress } from './harness.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()
const OTHER = generatePrivateKey()

const call = (world, more) => ({ ...world.order(), owner: world.sandbox.payer.address, ...more })

async function assertPaidFrom(account, { dapp, sandbox }, given) {
  const { video, receipt } = given
  assert.ok(video.url && sameAddress(receipt.payer, account))
  const [payment, ...others] = await sandbox.payments()
  assert.deepEqual([sameAddress(payment.from, account), payment.value, others.length], [true, 1_000_000n, 0])
  assert.equal(receipt.transaction, payment.transaction)
  assert.ok(await dapp.asked(SIGN) <= 1)
}

async function assertRefused({ dapp, sandbox }, given, reason) {
  const error = await dapp.failure(payFrom, given)
  assert.deepEqual([error.code, error.paid, error.retry], ['bad_signature', 'no', 'safe'])
  assert.match(error.message, reason)
  assert.equal(sandbox.requests.filter(({ paid }) => paid).length, 0, 'nothing was sent')
}

for (const x402 of [1, 2]) {
  describe(`to a seller of version ${x402}`, TIMEOUT, () => {
    test('a smart account pays by the key of its owner', async () => {
      const world = await open(null, { x402 })
      const account = await deploy(world.sandbox, BY_OWNER)
      await assertPaidFrom(account, world, await world.dapp.value(payFrom, call(world, { account })))
    })

    test('a smart account pays by a signature of its own form', async () => {
      const world = await open(null, { x402 })
      const account = await deploy(world.sandbox, BY_SWITCH)
      await switchOn(world.sandbox, account)
      await assertPaidFrom(account, world, await world.dapp.value(payFrom, call(world, { account, signature: LONG })))
    })

    test('a plain account that hands over to a contract pays when that accepts its key', async () => {
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

describe('nothing is sent that the token would refuse', TIMEOUT, () => {
  test('of a contract that does not accept it', async () => {
    const world = await open()
    const account = await deploy(world.sandbox, BY_SWITCH)
    await assertRefused(world, call(world, { account, signature: LONG }), /does not accept/)
  })

  test('of a smart account by another key than that of its owner', async () => {
    const world = await open(null, { wallet: { privateKeys: [OTHER] } })
    const account = await deploy(world.sandbox, BY_OWNER)
    await assertRefused(world, call(world, { account, owner: privateKeyToAccount(OTHER).address }), /does not accept/)
  })

  test('of a smart account that is not there yet', async () => {
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
