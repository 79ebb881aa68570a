// What a call hears from the wallet: the answer, or what the wallet says of itself while it owes one. What that means is tested in
// the core; here is that it is asked, heard and left alone.
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { failureOf, OFFER, openCrate, openStore } from './crate.mjs'

/** In which an open question is sure to have looked at the session. */
const LOOKS_MS = 600

const ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

let crate
before(async () => {
  crate = await openCrate()
})

/** A wallet whose answers are given by the test. */
function openWallet() {
  const events = new EventEmitter()
  const asked = []
  const request = (question, ...more) =>
    new Promise((answer, reject) => asked.push({ ...question, more, answer, reject }))
  const listeners = () => events.eventNames().flatMap((name) => events.listeners(name)).length
  const wallet = { request, on: events.on.bind(events), removeListener: events.removeListener.bind(events) }
  return { wallet, asked, listeners, emit: (...event) => events.emit(...event) }
}

const { fetch } = globalThis
before(() => {
  globalThis.fetch = async () => Response.json({ x402Version: 1, accepts: [OFFER] }, { status: 402 })
})
after(() => {
  globalThis.fetch = fetch
})

let last = 0
/** A purchase of its own, whose first question is that for the account. Resolves with what it fails with: no wallet here signs. */
const connect = ({ wallet }) => {
  const options = { wallet, storage: openStore(), baseUrl: 'https://seller.test' }
  return failureOf(crate.submit({ prompt: `boat ${++last}` }, options))
}

const tick = () => new Promise(setImmediate)
const until = async (condition) => {
  while (!condition()) await tick()
}
const questions = ({ asked }, method) => asked.filter((question) => question.method === method)

/** The call has its account once it asks for the chain. Ends the call there. */
async function assertConnected(open, outcome) {
  await until(() => questions(open, 'eth_chainId').length > 0)
  for (const { reject } of questions(open, 'eth_chainId')) reject({ code: 4001, message: 'no chain' })
  await outcome
  await tick()
}

describe('while a wallet question is open', { timeout: 30_000 }, () => {
  test("a `disconnect` ends the question with the wallet's reason", async () => {
    const open = openWallet()
    const outcome = connect(open)
    await until(() => open.listeners() > 0)
    const reason = Object.assign(new Error('the extension was updated'), { code: 1011 })
    open.emit('disconnect', reason)
    assert.equal((await outcome).cause, reason)
    await tick()
    assert.equal(open.listeners(), 0)
  })

  test('a `disconnect` without a message gets one of ours', async () => {
    for (const why of [undefined, null, {}, { code: 4900 }]) {
      const open = openWallet()
      const outcome = connect(open)
      await until(() => open.listeners() > 0)
      open.emit('disconnect', why)
      assert.equal((await outcome).cause.message, 'the wallet disconnected')
    }
  })

  test('a session that ends without a `disconnect` ends the question, also where another one has begun', async () => {
    for (const later of [undefined, null, { topic: 'b' }]) {
      const open = openWallet()
      open.wallet.session = { topic: 'a' }
      const outcome = connect(open)
      await until(() => open.asked.length > 0)
      open.wallet.session = later
      const { code, paid, cause } = await outcome
      assert.deepEqual([code, paid, cause.code], ['wallet_error', 'no', 4900])
      await tick()
      assert.equal(open.listeners(), 0)
    }
  })

  test('a session that is updated goes on', async () => {
    const open = openWallet()
    open.wallet.session = { topic: 'a' }
    const outcome = connect(open)
    await until(() => open.asked.length > 0)
    open.wallet.session = { topic: 'a', namespaces: {} }
    await new Promise((resolve) => setTimeout(resolve, LOOKS_MS))
    open.asked[0].answer([ACCOUNT])
    await assertConnected(open, outcome)
  })

  test('the answer still counts after a temporary `disconnect`', async () => {
    const open = openWallet()
    const outcome = connect(open)
    await until(() => open.listeners() > 0)
    open.emit('disconnect', { code: 1013, message: 'MetaMask: Disconnected from chain. Attempting to connect.' })
    open.asked[0].answer([ACCOUNT])
    await assertConnected(open, outcome)
    assert.equal(open.listeners(), 0)
  })

  test('accounts that the wallet reports by event are the answer', async () => {
    const open = openWallet()
    const outcome = connect(open)
    await until(() => open.listeners() > 0)
    for (const accounts of [[], 'none', [ACCOUNT]]) open.emit('accountsChanged', accounts)
    await assertConnected(open, outcome)
  })

  test('a refusal is passed on, and one without a reason is an error', async () => {
    const refusal = { code: 4001, message: 'User rejected the request.' }
    for (const [given, message] of [
      [refusal, refusal.message],
      [undefined, 'the wallet gave no reason'],
    ]) {
      const open = openWallet()
      const outcome = connect(open)
      await until(() => open.asked.length > 0)
      open.asked[0].reject(given)
      const { cause } = await outcome
      assert.equal(cause.message, message)
      if (given) assert.equal(cause, given)
    }
  })
})

test('two calls share one prompt to connect until both end; a later call prompts again', async () => {
  const open = openWallet()
  const outcomes = [connect(open), connect(open)]
  await until(() => open.asked.length > 0)
  await tick()
  assert.equal(open.asked.length, 1)
  open.asked[0].answer([ACCOUNT])
  await until(() => questions(open, 'eth_chainId').length === 2)
  await assertConnected(open, Promise.all(outcomes))
  assert.equal(open.listeners(), 0)
  const later = connect(open)
  await until(() => questions(open, 'eth_requestAccounts').length === 2)
  questions(open, 'eth_requestAccounts')[1].reject({ code: 4001 })
  assert.equal((await later).code, 'user_rejected')
})

test('a provider gets one argument, and a viem client is told not to retry', async () => {
  for (const [more, expected] of [
    [{}, []],
    [{ extend() {}, transport: {} }, [{ retryCount: 0 }]],
    [{ config: { retryCount: 3 } }, [{ retryCount: 0 }]],
  ]) {
    const open = openWallet()
    const outcome = connect({ wallet: { ...open.wallet, ...more } })
    await until(() => open.asked.length > 0)
    assert.deepEqual(open.asked[0].more, expected)
    open.asked[0].answer([ACCOUNT])
    await assertConnected(open, outcome)
  }
})

test('a wallet whose events throw, reject or are missing still works', async () => {
  const fails = () => {
    throw new Error('no events here')
  }
  for (const broken of [
    { on: fails, removeListener: fails },
    { on: () => Promise.reject(new Error('later')), removeListener: () => Promise.reject(new Error('later')) },
    { on: undefined, removeListener: undefined },
  ]) {
    const open = openWallet()
    const outcome = connect({ wallet: { ...open.wallet, ...broken } })
    await until(() => open.asked.length > 0)
    open.asked[0].answer([ACCOUNT])
    await assertConnected(open, outcome)
  }
})
