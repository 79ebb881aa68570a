// Everything that stops a purchase before money can move: the user, the wallet, the guards.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, generate } from './calls.mjs'
import { SIGN, createUser, sameAddress, walletFor, watchRequests } from './harness.mjs'
import { dapp, openDapp, sandbox, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }
const CONNECT = 'wallet_requestPermissions'
const SWITCH = 'wallet_switchEthereumChain'
const ADD = 'wallet_addEthereumChain'
const SIGNATURE = 'eth_signTypedData'
const request = { prompt: 'A paper boat on a neon river', duration: 8 }

useStage({ sandbox: { stepMs: 300 } })

const open = (wallet = {}, answers = {}) => openDapp({ wallet: walletFor(sandbox, wallet), user: createUser(answers) })

const buy = (overrides) => [generate, { request, options: at(sandbox.apiUrl, overrides) }]

/** Runs `fail` and checks that the error says what happened and that nothing was paid. */
async function assertUnpaid(fail, expected, { signatures = 0 } = {}) {
  const earlier = await sandbox.balanceOf(sandbox.payer.address)
  const watch = watchRequests(sandbox)
  const error = await fail()
  const { code, paid, retry, stage } = error
  assert.deepEqual({ code, paid, retry, stage }, { paid: 'no', retry: 'safe', stage: 'wallet', ...expected })
  assert.ok(error.isError && error.class && error.branded, 'a real ImagineError')
  assert.equal(error.name, 'ImagineError')
  assert.ok(error.message.length > 0)
  assert.equal(watch.paid().length, 0, 'paid requests')
  assert.equal(await sandbox.balanceOf(sandbox.payer.address), earlier, 'the balance')
  assert.equal(await dapp.asked(SIGN), signatures, 'signatures asked for')
  return error
}

async function assertPaysAfter(events) {
  const earlier = await sandbox.balanceOf(sandbox.payTo)
  const { receipt } = await dapp.value(...buy())
  assert.equal((await sandbox.balanceOf(sandbox.payTo)) - earlier, 1_000_000n)
  assert.equal(await sandbox.authorizationUsed(receipt.payer, receipt.nonce), true)
  assert.equal(await dapp.asked(SIGN), 1)
  const types = (await dapp.events()).map(({ type }) => type)
  for (const type of events) assert.ok(types.includes(type), `${type} in ${types}`)
}

describe('the user refuses', TIMEOUT, () => {
  const cases = [
    ['to connect', {}, { [CONNECT]: false }, 0],
    ['to sign', {}, { [SIGNATURE]: false }, 1],
    ['to switch the chain', { chainId: 1, knownChains: [1, 8453] }, { [SWITCH]: false }, 0],
    ['to add the chain', { chainId: 1, knownChains: [1] }, { [ADD]: false }, 0],
  ]
  for (const [name, wallet, answers, signatures] of cases) {
    test(name, async () => {
      await open(wallet, answers)
      const error = await assertUnpaid(() => dapp.failure(...buy()), { code: 'user_rejected' }, { signatures })
      assert.equal(error.cause?.code, 4001, 'the cause is what the wallet threw')
    })
  }

  test('to sign, and may then change their mind', async () => {
    await open({}, { [SIGNATURE]: false })
    await assertUnpaid(() => dapp.failure(...buy()), { code: 'user_rejected' }, { signatures: 1 })
    dapp.user.answers[SIGNATURE] = true
    const earlier = await sandbox.balanceOf(sandbox.payTo)
    await dapp.value(...buy())
    assert.equal((await sandbox.balanceOf(sandbox.payTo)) - earlier, 1_000_000n)
  })

  for (const [name, answer] of [
    ['false', 'false'],
    ['a promise of false', 'Promise.resolve(false)'],
  ]) {
    test(`in the app: \`confirm\` returns ${name}`, async () => {
      await open()
      const decline = (imagine, { request, options, answer }) =>
        imagine.generate(request, { ...options, confirm: () => globalThis.eval(answer) })
      await assertUnpaid(() => dapp.failure(decline, { request, options: at(sandbox.apiUrl), answer }), {
        code: 'declined',
      })
    })
  }

  test('in the app: `confirm` throws', async () => {
    await open()
    const fail = (imagine, { request, options }) =>
      imagine.generate(request, { ...options, confirm: () => Promise.reject(new Error('broken dialog')) })
    const { cause } = await assertUnpaid(() => dapp.failure(fail, { request, options: at(sandbox.apiUrl) }), {
      code: 'declined',
    })
    assert.equal(cause.message, 'broken dialog')
  })
})

describe('the wallet is on another chain', TIMEOUT, () => {
  test('that it knows: it switches and pays', async () => {
    await open({ chainId: 1, knownChains: [1, 8453] })
    await assertPaysAfter(['switching', 'signing', 'done'])
    assert.deepEqual([dapp.user.count(SWITCH), dapp.user.count(ADD)], [1, 0])
  })

  test('and does not know Base: Base is added and pays', async () => {
    await open({ chainId: 1, knownChains: [1] })
    await assertPaysAfter(['switching', 'signing', 'done'])
    assert.equal(dapp.user.count(ADD), 1)
    const added = (await dapp.walletLog()).find(({ method }) => method === ADD).params[0]
    assert.equal(added.chainId, '0x2105')
    assert.equal(added.nativeCurrency.symbol, 'ETH')
    assert.ok(added.rpcUrls.every((url) => url.startsWith('https://')))
  })

  test('and stays there although the chain was added', async () => {
    // MetaMask reports success when the user adds the chain and refuses to switch to it.
    await open({ chainId: 1, knownChains: [1] }, { [SWITCH]: false })
    await assertUnpaid(() => dapp.failure(...buy()), { code: 'wrong_network' })
    assert.deepEqual([dapp.user.count(ADD), dapp.user.count(SWITCH)], [1, 1])
  })
})

describe('a limit prevents the purchase', TIMEOUT, () => {
  test('too little USDC', async () => {
    await open({ privateKeys: [sandbox.poor.privateKey] })
    const { details } = await assertUnpaid(() => dapp.failure(...buy()), { code: 'insufficient_funds' })
    assert.equal(Number(details.have), 0)
    assert.equal(Number(details.need), 1)
    assert.ok(sameAddress(details.address, sandbox.poor.address))
    assert.equal(dapp.user.count(SIGNATURE), 0)
  })

  for (const maxPrice of ['0.99', '0.999999', '0']) {
    test(`the price is over the cap of ${maxPrice}`, async () => {
      await open()
      const { details } = await assertUnpaid(() => dapp.failure(...buy({ maxPrice })), {
        code: 'price_too_high',
        stage: 'quote',
        retry: 'never',
      })
      assert.equal(Number(details.price), 1)
      assert.equal(Number(details.cap), Number(maxPrice))
      assert.equal(dapp.user.count(), 0, 'the wallet is never asked')
    })
  }

  test('the price is over the default cap of 5 USDC', async () => {
    await open()
    const { maxPrice, ...options } = at(sandbox.apiUrl)
    const long = { ...request, duration: 48 }
    const { details } = await assertUnpaid(() => dapp.failure(generate, { request: long, options }), {
      code: 'price_too_high',
      stage: 'quote',
      retry: 'never',
    })
    assert.deepEqual([Number(details.price), Number(details.cap)], [6, 5])
  })

  test('a price of exactly the cap is paid', async () => {
    await open()
    await dapp.value(...buy({ maxPrice: '1' }))
  })

  test('a quote is checked against the cap of the call that pays it', async () => {
    await open()
    const payQuote = async (imagine, { request, options }) =>
      imagine.generate(await imagine.quote(request, options), { ...options, maxPrice: '0.50' })
    await assertUnpaid(() => dapp.failure(payQuote, { request, options: at(sandbox.apiUrl) }), {
      code: 'price_too_high',
      stage: 'quote',
      retry: 'never',
    })
  })

  test('another recipient than the pinned one', async () => {
    await open()
    const payPinned = (imagine, { request, options }) => imagine.createClient(options).generate(request)
    const options = at(sandbox.apiUrl, { payTo: [sandbox.poor.address] })
    const { details } = await assertUnpaid(() => dapp.failure(payPinned, { request, options }), {
      code: 'no_acceptable_offer',
      stage: 'quote',
      retry: 'never',
    })
    assert.ok(Array.isArray(details.offers))
  })

  test('another network than the allowed ones', async () => {
    await open()
    const payElsewhere = (imagine, { request, options }) => imagine.createClient(options).generate(request)
    const options = at(sandbox.apiUrl, { networks: ['eip155:84532'] })
    await assertUnpaid(() => dapp.failure(payElsewhere, { request, options }), {
      code: 'no_acceptable_offer',
      stage: 'quote',
      retry: 'never',
    })
    assert.equal(dapp.user.count(), 0)
  })
})

describe('no single wallet can be used', TIMEOUT, () => {
  test('none at all', async () => {
    await openDapp({ wallet: null })
    await assertUnpaid(() => dapp.failure(...buy()), { code: 'no_wallet' })
  })

  test('an rdns that nobody announces', async () => {
    await open()
    await assertUnpaid(() => dapp.failure(...buy({ wallet: 'test.nobody' })), { code: 'no_wallet' })
  })

  test('two, and none chosen', async () => {
    const first = walletFor(sandbox, { name: 'First', rdns: 'test.first' })
    const second = walletFor(sandbox, { name: 'Second', rdns: 'test.second', setOnWindow: false })
    await openDapp({ wallets: [first, second] })
    const { details } = await assertUnpaid(() => dapp.failure(...buy()), { code: 'wallet_ambiguous' })
    assert.match(JSON.stringify(details), /test\.first.*test\.second|test\.second.*test\.first/)
    assert.equal(dapp.user.count(), 0)
    await dapp.value(...buy({ wallet: 'test.second' }))
    assert.equal(await dapp.asked(SIGN), 0, 'the first wallet was not asked')
  })

  test('one that is busy with an earlier connect', async () => {
    await open({}, { [CONNECT]: 'waits' })
    const earlier = dapp.page.evaluate(() => globalThis.ethereum.request({ method: 'eth_requestAccounts' }))
    await dapp.user.opened(CONNECT)
    const error = await assertUnpaid(() => dapp.failure(...buy()), { code: 'wallet_busy' })
    assert.equal(error.cause?.code, -32002)
    dapp.user.answer(CONNECT, true)
    await earlier
  })
})
