// Wallets that open a window of their own: the browser lets them within five seconds of the visitor's click, once a
// click.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN } from './harness.mjs'
import {
  CONNECT,
  answer,
  assertPaid,
  assertUnpaid,
  assertWindowBlocked,
  click,
  open,
  payQuote,
  questions,
  told,
  usePopups,
} from './popup.mjs'

const TIMEOUT = { timeout: 300_000 }

usePopups()

const payAskingAgain = (imagine, { options, wallet }, dapp) =>
  imagine.generate(dapp.quote, { ...options, wallet: dapp.popupWallet(wallet), confirm: () => dapp.askAgain() })

describe('a wallet with a window of its own', TIMEOUT, () => {
  test('is asked to connect while the click is being handled', async () => {
    const page = await open({ pay: payAskingAgain })
    const outcome = await assertPaid(async () => {
      const outcome = told(page, 'outcome')
      const connecting = await click(page, '#pay')
      await answer(connecting, '#approve')
      const signing = await click(page, '#confirm')
      await answer(signing, '#approve')
      return outcome
    })
    const [connect, ...others] = questions(outcome, CONNECT)
    assert.deepEqual(others, [], 'once')
    assert.deepEqual(
      connect,
      { method: CONNECT, opens: true, isActive: true, tasks: [] },
      'only microtasks after the click',
    )
    const [sign, ...more] = questions(outcome, SIGN)
    assert.deepEqual(more, [], 'one signature')
    assert.equal(sign.isActive, true, "by the second click, in the page's own dialog")
    assert.deepEqual(sign.tasks.toSorted(), ['message', 'timer'], 'tasks are noticed')
  })

  for (const [when, mute] of [
    ['', []],
    [', also when its node never answers', ['eth_call', 'eth_getBlockByNumber']],
  ]) {
    test(`opens it for the signature within the click when it is connected${when}`, async () => {
      const page = await open({ pay: payQuote, wallet: { connected: true, mute } })
      const outcome = await assertPaid(async () => {
        const outcome = told(page, 'outcome')
        const signing = await click(page, '#pay')
        await answer(signing, '#approve')
        return outcome
      })
      assert.equal(questions(outcome, SIGN)[0].isActive, true)
      for (const method of mute) assert.ok(questions(outcome, method).length > 0, `${method} was asked`)
    })
  }

  test('one click opens one window: without a second click nothing is signed or paid', async () => {
    const page = await open({ pay: payQuote })
    const outcome = await assertWindowBlocked(async () => {
      const outcome = told(page, 'outcome')
      const connecting = await click(page, '#pay')
      await answer(connecting, '#approve')
      return outcome
    })
    assert.ok(outcome.causeIsThrown, "the cause is the wallet's own error")
    assert.equal(questions(outcome, CONNECT)[0].isActive, true)
    assert.equal(questions(outcome, SIGN)[0].isActive, false)
  })

  test('closing the window is a refusal', async () => {
    const page = await open({ pay: payQuote })
    await assertUnpaid(
      async () => {
        const outcome = told(page, 'outcome')
        const connecting = await click(page, '#pay')
        await answer(connecting, '#close')
        return outcome
      },
      { code: 'user_rejected' },
    )
  })
})
