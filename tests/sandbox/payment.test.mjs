import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { erc20Abi } from 'viem'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { buy, create, receipt, sign, terms } from './buyer.mjs'
import { fixture } from './fixture.mjs'

const ORDER = { prompt: 'a cat surfs', templateData: { duration: 4 } }
const PRICE = 500_000n
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

let sandbox
before(async () => {
  sandbox = await startSandbox()
})
after(() => sandbox.stop())

async function moved(action) {
  const balances = () =>
    Promise.all(
      [sandbox.payer, sandbox.poor, { address: sandbox.payTo }].map(({ address }) => sandbox.balanceOf(address)),
    )
  const earlier = await balances()
  const result = await action()
  const later = await balances()
  const [payer, poor, seller] = later.map((amount, index) => amount - earlier[index])
  return { result, payer, poor, seller }
}

test('the payer starts with 1000 USDC, the poor one with ETH alone', async () => {
  const fresh = await startSandbox()
  try {
    assert.equal(await fresh.balanceOf(fresh.payer.address), 1_000_000_000n)
    assert.equal(await fresh.balanceOf(fresh.poor.address), 0n)
    assert.ok((await fresh.client.getBalance({ address: fresh.poor.address })) > 0n)
  } finally {
    await fresh.stop()
  }
})

test("the chain's clock can be days off from the start, and time can pass on the chain alone", async () => {
  for (const days of [40, -40]) {
    const off = await startSandbox({ chainAheadS: days * 86_400 })
    try {
      const ahead = async () => Number((await off.client.getBlock()).timestamp) - Date.now() / 1000
      assert.ok(Math.abs((await ahead()) - days * 86_400) < 60, `${await ahead()} s`)
      await off.passTime(3600)
      assert.ok(Math.abs((await ahead()) - days * 86_400 - 3600) < 60, `${await ahead()} s`)
    } finally {
      await off.stop()
    }
  }
  for (const chainAheadS of [0.5, 'late', Infinity])
    await assert.rejects(startSandbox({ chainAheadS }), /chain-ahead-s must be/)
})

test('a payment settles on the chain and buys a task', async () => {
  const { result, payer, seller } = await moved(() => buy(sandbox, ORDER))
  const { response, nonce } = result
  assert.equal(response.status, 202)
  const body = await response.json()
  assert.deepEqual(Object.keys(body), Object.keys(await fixture('create-accepted')))
  assert.match(body.taskId, UUID)
  assert.ok(sandbox.tasks.has(body.taskId))
  assert.deepEqual([payer, seller], [-PRICE, PRICE])
  assert.equal(await sandbox.authorizationUsed(sandbox.payer.address, nonce), true)

  const { success, transaction, network, payer: paidBy } = receipt(response)
  assert.deepEqual({ success, network, paidBy }, { success: true, network: 'base', paidBy: sandbox.payer.address })
  const mined = await sandbox.client.getTransactionReceipt({ hash: transaction })
  assert.equal(mined.status, 'success')
  assert.equal(mined.to.toLowerCase(), sandbox.token.toLowerCase())
})

test('a payment that was used cannot move money twice, and hinders no other', async () => {
  const { header, nonce } = await buy(sandbox, ORDER)
  const again = await moved(() => create(sandbox, ORDER, header))
  assert.equal(again.result.status, 402)
  assert.equal((await again.result.json()).error, 'unexpected_settle_error')
  assert.deepEqual([again.payer, again.seller], [0n, 0n])
  assert.equal(await sandbox.authorizationUsed(sandbox.payer.address, nonce), true)

  const next = await moved(() => buy(sandbox, ORDER))
  assert.equal(next.result.response.status, 202)
  assert.equal(next.seller, PRICE)
})

test('one payment sent twice at once is charged once', async () => {
  const { header } = await sign(sandbox, sandbox.payer, await terms(sandbox, ORDER))
  const { result, seller } = await moved(() =>
    Promise.all([create(sandbox, ORDER, header), create(sandbox, ORDER, header)]),
  )
  assert.equal(seller, PRICE)
  assert.ok(result.some(({ status }) => status === 202))
})

test('payments at the same time all settle', async () => {
  const { result, payer } = await moved(() => Promise.all(Array.from({ length: 6 }, () => buy(sandbox, ORDER))))
  assert.deepEqual(
    result.map(({ response }) => response.status),
    Array(6).fill(202),
  )
  assert.equal(payer, -6n * PRICE)
})

test('who has no USDC is refused and nothing moves', async () => {
  const tasks = sandbox.tasks.size
  const { result, poor, seller } = await moved(() => buy(sandbox, ORDER, sandbox.poor))
  assert.equal(result.response.status, 402)
  const { error, payer, accepts } = await result.response.json()
  assert.deepEqual(
    { error, payer, offers: accepts.length },
    { error: 'insufficient_funds', payer: sandbox.poor.address, offers: 1 },
  )
  assert.deepEqual([poor, seller], [0n, 0n])
  assert.equal(await sandbox.authorizationUsed(sandbox.poor.address, result.nonce), false)
  assert.equal(sandbox.tasks.size, tasks)
})

test('a payment that does not fit is refused and nothing moves', async () => {
  const accepted = await terms(sandbox, ORDER)
  const cases = [
    [{ value: String(PRICE - 1n) }, 'invalid_exact_evm_payload_authorization_value'],
    [{ to: sandbox.poor.address }, 'invalid_exact_evm_payload_recipient_mismatch'],
    [{ validBefore: '1000000000' }, 'invalid_exact_evm_payload_authorization_valid_before'],
    [{ validAfter: '99999999999' }, 'invalid_exact_evm_payload_authorization_valid_after'],
  ]
  for (const [changes, reason] of cases) {
    const { header } = await sign(sandbox, sandbox.payer, accepted, changes)
    const { result, payer, seller } = await moved(() => create(sandbox, ORDER, header))
    assert.equal(result.status, 402)
    assert.equal((await result.json()).error, reason)
    assert.deepEqual([payer, seller], [0n, 0n])
  }
  const foreign = { ...accepted, extra: { name: 'Other Coin', version: '2' } }
  const { header } = await sign(sandbox, sandbox.payer, foreign)
  assert.equal((await (await create(sandbox, ORDER, header)).json()).error, 'invalid_exact_evm_payload_signature')
})

test('the price of a shorter video does not buy a longer one', async () => {
  const { header } = await sign(sandbox, sandbox.payer, await terms(sandbox, ORDER))
  const { result, seller } = await moved(() => create(sandbox, { prompt: 'a cat surfs' }, header))
  assert.equal(result.status, 402)
  assert.equal(seller, 0n)
})

test('a new UUID as seed becomes the task id, anything else does not', async () => {
  const seed = '0b0f4cde-8f5c-4a53-9c92-1f2a3b4c5d6e'
  const taskIdFor = async (value) => (await (await buy(sandbox, { ...ORDER, seed: value })).response.json()).taskId
  assert.equal(await taskIdFor(seed), seed)
  for (const other of [seed, 'seed', 7, null]) {
    const taskId = await taskIdFor(other)
    assert.match(taskId, UUID)
    assert.notEqual(taskId, other)
  }
})

test("the seller can take Circle's other token", async () => {
  const euro = await startSandbox({ token: 'eurc' })
  try {
    const { asset, extra } = await terms(euro, { prompt: 'a cat' })
    assert.deepEqual(
      { asset, extra },
      { asset: '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42', extra: { name: 'EURC', version: '2' } },
    )
    assert.equal(await euro.client.readContract({ address: asset, abi: erc20Abi, functionName: 'symbol' }), 'EURC')
  } finally {
    await euro.stop()
  }
})

test('Base Sepolia works the same, next to the other chain', async () => {
  const sepolia = await startSandbox({ chainId: 84532, price: '0.25' })
  try {
    const accepted = await terms(sepolia, { prompt: 'a cat' })
    const { network, asset, extra, maxAmountRequired } = accepted
    assert.deepEqual(
      { network, asset, extra, maxAmountRequired },
      {
        network: 'base-sepolia',
        asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
        extra: { name: 'USDC', version: '2' },
        maxAmountRequired: '250000',
      },
    )
    assert.equal(await sepolia.client.getChainId(), 84532)
    const { result, payer } = await moved(() => buy(sepolia, { prompt: 'a cat' }))
    assert.equal(result.response.status, 202)
    assert.equal(receipt(result.response).network, 'base-sepolia')
    assert.equal(await sepolia.balanceOf(sepolia.payTo), 250_000n)
    assert.equal(payer, 0n, 'the other chain has its own money')
  } finally {
    await sepolia.stop()
  }
})
