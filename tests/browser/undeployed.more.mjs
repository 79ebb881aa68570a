// A smart account that is not deployed yet pays: the seller's facilitator deploys it, by the factory that the signature
// names. The factory is the proxy for deterministic deployments that is on every chain, the account Circle's own.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { passTime } from './calls.mjs'
import { PROXY, plan, wrapping } from './contracts.mjs'
import { SIGN, sameAddress } from './harness.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const SEND = { undeployed: 'send' }

const open = useWorlds()

/** In the page: the account's own app signs by the owner's key, and wraps the signature as ERC-6492 says. */
async function payFrom(imagine, { request, options, account, owner, before, between, after }) {
  const [{ provider }] = await imagine.wallets()
  await provider.request({ method: 'eth_requestAccounts' })
  const wallet = {
    request: async ({ method, params }) => {
      if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [account]
      if (method !== 'eth_signTypedData_v4') return provider.request({ method, params })
      const signature = await provider.request({ method, params: [owner, params[1]] })
      return before + signature.slice(2) + between + after
    },
  }
  return imagine.generate(request, { ...options, wallet })
}

function call(world, account, options, wrapped = wrapping(account)) {
  const { request, options: given } = world.order(options)
  return { request, options: given, account: account.address, owner: world.sandbox.payer.address, ...wrapped }
}

async function until(isSo) {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50))
}

async function assertUnpaid({ sandbox }, error, code, reason) {
  assert.deepEqual([error.code, error.paid], [code, 'no'])
  assert.match(error.message, reason)
  assert.deepEqual(await sandbox.payments(), [])
}

describe('a smart account that is not deployed', TIMEOUT, () => {
  test('pays a seller of version 2 whose facilitator deploys it', async () => {
    const world = await open(null, { x402: 2, factories: [PROXY] })
    const account = await plan(world.sandbox)
    const { receipt } = await world.dapp.value(payFrom, call(world, account, SEND))
    const [payment, ...others] = await world.sandbox.payments()
    assert.deepEqual([sameAddress(payment.from, account.address), others.length], [true, 0])
    assert.equal(receipt.transaction, payment.transaction)
    assert.equal(await world.dapp.asked(SIGN), 1)
    assert.ok((await world.sandbox.client.getCode({ address: account.address })).length > 2, 'it is deployed now')
  })

  test('does not pay without the option', async () => {
    const world = await open(null, { x402: 2, factories: [PROXY] })
    const error = await world.dapp.failure(payFrom, call(world, await plan(world.sandbox), {}))
    await assertUnpaid(world, error, 'bad_signature', /no contract is found/)
  })

  test('does not pay a seller of version 1', async () => {
    const world = await open(null, { x402: 1 })
    const error = await world.dapp.failure(payFrom, call(world, await plan(world.sandbox), SEND))
    await assertUnpaid(world, error, 'bad_signature', /version 1 of x402 cannot deploy it/)
  })

  test("whose owner's key did not sign is not sent", async () => {
    const world = await open(null, { x402: 2, factories: [PROXY] })
    const account = await plan(world.sandbox, privateKeyToAccount(generatePrivateKey()).address)
    const error = await world.dapp.failure(payFrom, call(world, account, SEND))
    await assertUnpaid(world, error, 'bad_signature', /would not accept what it signed/)
    assert.equal(world.sandbox.requests.filter(({ paid }) => paid).length, 0, 'nothing was sent')
  })

  test('whose factory makes another account is not sent', async () => {
    const world = await open(null, { x402: 2, factories: [PROXY] })
    const account = await plan(world.sandbox)
    const other = wrapping({ deploy: `0x${'08'.padStart(64, '0')}${account.deploy.slice(66)}` })
    const error = await world.dapp.failure(payFrom, call(world, account, SEND, other))
    await assertUnpaid(world, error, 'bad_signature', /would not accept what it signed/)
  })

  test('whose signature does not say how to deploy it is not sent', async () => {
    const world = await open(null, { x402: 2, factories: [PROXY] })
    const odd = { before: '0x', between: 'ab'.repeat(200), after: '' }
    const error = await world.dapp.failure(payFrom, call(world, await plan(world.sandbox), SEND, odd))
    await assertUnpaid(world, error, 'bad_signature', /does not say how to deploy/)
  })

  test('is rejected by a facilitator that deploys none, and nothing was paid', async () => {
    const world = await open(null, { x402: 2 })
    const account = await plan(world.sandbox)
    const { request, options, ...about } = call(world, account, SEND)
    const failing = world.dapp.failure(payFrom, { request, options: { ...options, timeout: null }, ...about })
    await until(() => world.sandbox.requests.some(({ paid }) => paid))
    await passTime(world.sandbox, world.dapp, 120)
    await assertUnpaid(world, await failing, 'payment_rejected', /nothing was paid, and nothing will be/)
  })
})
