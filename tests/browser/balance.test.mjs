// What an account has, read without a prompt.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at } from './calls.mjs'
import { watchRequests } from './harness.mjs'
import { dapp, openDapp, sandbox, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }

useStage({ sandbox: { stepMs: 200 } })

const connect = () => dapp.page.evaluate(() => globalThis.ethereum.request({ method: 'eth_requestAccounts' }))

const balance = (imagine, options) => imagine.balance(options)

/** Reads it; no prompt may open, and nothing goes to the seller. */
async function read(how, options) {
  const watch = watchRequests(sandbox)
  const before = dapp.user.count()
  const outcome = await dapp[how](balance, options)
  assert.deepEqual([watch.all(), dapp.user.count()], [[], before])
  return outcome
}

const inSandbox = (address) => sandbox.balanceOf(address).then(String)

test('the balance of the connected account', TIMEOUT, async () => {
  await openDapp()
  await connect()
  const money = await read('value', {})
  assert.deepEqual([money.atomic, money.symbol, money.decimals], [await inSandbox(sandbox.payer.address), 'USDC', 6])
  assert.match(money.amount, /^\d+\.\d{2,6}$/)
})

test('the balance of any address', TIMEOUT, async () => {
  await openDapp()
  const { atomic } = await read('value', { address: sandbox.poor.address })
  assert.equal(atomic, await inSandbox(sandbox.poor.address))
})

test('a client reads the balance through the wallet that it names', TIMEOUT, async () => {
  await openDapp()
  await connect()
  const call = async (imagine, options) => {
    const [{ provider }] = await imagine.wallets()
    return imagine.createClient({ ...options, wallet: provider }).balance()
  }
  assert.equal((await dapp.value(call, at(sandbox.apiUrl))).atomic, await inSandbox(sandbox.payer.address))
})

for (const [what, options, expected] of [
  ['an address that is none', { address: '0x12' }, ['invalid_request', /`address`/]],
  ['a network without USDC', { network: 'eip155:2' }, ['invalid_request', /eip155:2/]],
  [
    "another network than the wallet's",
    { network: 'eip155:84532', address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266' },
    ['wrong_network', /Base Sepolia/],
  ],
  ['no account that is connected', {}, ['wallet_locked', /connect one/]],
]) {
  test(`${what} is rejected with an explanation`, TIMEOUT, async () => {
    await openDapp()
    const { code, paid, message } = await read('failure', options)
    assert.deepEqual([code, paid], [expected[0], 'no'])
    assert.match(message, expected[1])
  })
}

test('no balance can be read without a wallet', TIMEOUT, async () => {
  await openDapp({ wallet: null })
  assert.equal((await read('failure', { address: sandbox.poor.address })).code, 'no_wallet')
})

test('a wallet that is not there yet is not replaced by the only one on the page', TIMEOUT, async () => {
  await openDapp()
  for (const wallet of [null, undefined]) {
    const { code, paid } = await dapp.failure(
      (imagine, wallet) => imagine.balance({ wallet: wallet ?? undefined }),
      wallet,
    )
    assert.deepEqual([code, paid], ['no_wallet', 'no'])
  }
})
