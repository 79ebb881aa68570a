// What a call hears from the wallet: the answer, or what the wallet says of itself while it owes one.
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { before, describe, test } from 'node:test'
import { facade } from './facade.mjs'

const SIGN = 'eth_signTypedData_v4'
const CONNECT = 'eth_requestAccounts'
const ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

let Conversation
before(async () => {
  ;({ Conversation } = await facade('conversation'))
})

/** A wallet whose answers are given by the test. */
function openWallet() {
  const events = new EventEmitter()
  const asked = []
  const request = (question) => new Promise((answer, reject) => asked.push({ ...question, answer, reject }))
  const listeners = () => events.eventNames().flatMap((name) => events.listeners(name)).length
  const wallet = { request, on: events.on.bind(events), removeListener: events.removeListener.bind(events) }
  return { wallet, asked, listeners, emit: (...event) => events.emit(...event) }
}

async function converse(open) {
  const conversation = new Conversation(open.wallet)
  assert.equal(await conversation.find(), 1)
  const ask = (method) => conversation.ask(0, method, undefined)
  return { ask, end: conversation.end }
}

/** What came of a question: its answer, or what it was rejected with. */
const outcomeOf = (work) =>
  work.then(
    (value) => ({ value }),
    (error) => ({ error }),
  )
const tick = () => new Promise(setImmediate)

for (const method of [SIGN, CONNECT]) {
  describe(`while a wallet owes the answer to ${method}`, () => {
    test('a `disconnect` ends the question, with the reason of the wallet', async () => {
      const open = openWallet()
      const { ask, end } = await converse(open)
      const reason = Object.assign(new Error('the extension was updated'), { code: 1011 })
      const outcome = outcomeOf(ask(method))
      await tick()
      open.emit('disconnect', reason)
      assert.deepEqual(await outcome, { error: reason })
      end()
      await tick()
      assert.equal(open.listeners(), 0)
    })

    test('a `disconnect` without words is told in ours', async () => {
      for (const why of [undefined, null, {}, { code: 4900 }]) {
        const open = openWallet()
        const { ask, end } = await converse(open)
        const outcome = outcomeOf(ask(method))
        await tick()
        open.emit('disconnect', why)
        assert.equal((await outcome).error.message, 'the wallet disconnected')
        end()
      }
    })

    test('a `disconnect` of code 1013 is passed over, for the network comes back', async () => {
      const open = openWallet()
      const { ask, end } = await converse(open)
      const outcome = outcomeOf(ask(method))
      await tick()
      open.emit('disconnect', { code: 1013, message: 'MetaMask: Disconnected from chain. Attempting to connect.' })
      open.asked[0].answer([ACCOUNT])
      assert.deepEqual(await outcome, { value: [ACCOUNT] })
      end()
      await tick()
      assert.equal(open.listeners(), 0)
    })

    test('the answer, or its refusal, is what the wallet gave', async () => {
      const refusal = { code: 4001, message: 'User rejected the request.' }
      for (const [how, given, expected] of [
        ['answer', '0x01', { value: '0x01' }],
        ['reject', refusal, { error: refusal }],
      ]) {
        const open = openWallet()
        const { ask, end } = await converse(open)
        const outcome = outcomeOf(ask(method))
        await tick()
        open.asked[0][how](given)
        assert.deepEqual(await outcome, expected)
        end()
      }
    })

    test('a refusal without a reason is an error', async () => {
      const open = openWallet()
      const { ask, end } = await converse(open)
      const outcome = outcomeOf(ask(method))
      await tick()
      open.asked[0].reject()
      assert.equal((await outcome).error.message, 'the wallet gave no reason')
      end()
    })
  })
}

describe('accounts that a wallet reports by itself', () => {
  test('answer the question for accounts', async () => {
    const open = openWallet()
    const { ask, end } = await converse(open)
    const outcome = outcomeOf(ask(CONNECT))
    await tick()
    open.emit('accountsChanged', [])
    open.emit('accountsChanged', 'none')
    open.emit('accountsChanged', [ACCOUNT])
    assert.deepEqual(await outcome, { value: [ACCOUNT] })
    end()
  })

  test('answer no other question', async () => {
    const open = openWallet()
    const { ask, end } = await converse(open)
    const outcome = outcomeOf(ask(SIGN))
    await tick()
    open.emit('accountsChanged', [ACCOUNT])
    open.asked[0].answer('0x02')
    assert.deepEqual(await outcome, { value: '0x02' })
    end()
  })
})

test('two calls share one prompt to connect, until both are over', async () => {
  const open = openWallet()
  const [first, second] = [await converse(open), await converse(open)]
  const outcomes = [first, second].map(({ ask }) => outcomeOf(ask(CONNECT)))
  await tick()
  assert.equal(open.asked.length, 1)
  first.end()
  open.asked[0].answer([ACCOUNT])
  assert.deepEqual(await Promise.all(outcomes), Array(2).fill({ value: [ACCOUNT] }))
  second.end()
  const third = await converse(open)
  const outcome = outcomeOf(third.ask(CONNECT))
  await tick()
  assert.equal(open.asked.length, 2, 'a later call asks anew')
  open.asked[1].answer([])
  assert.deepEqual(await outcome, { value: [] })
  third.end()
})
