// AbortSignal at every stage: what it stops, what it can no longer stop, and what the error says about the money.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  SIGNATURE,
  assertAborted,
  open,
  outcome,
  paidRequests,
  reach,
  request,
  settle,
  start,
  testPrompts,
} from './abort.mjs'
import { at, generate } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { dapp, seller, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }

useStage({ sandbox: {} })

describe('before anything is paid', TIMEOUT, () => {
  testPrompts('object')

  test('an abort during `confirm` pays nothing, even if it returns true later', async () => {
    await open()
    const running = start((imagine, { request, options }, dapp) =>
      imagine.generate(request, {
        ...options,
        signal: dapp.controller.signal,
        confirm: () => new Promise((resolve) => void (dapp.confirm = resolve)),
      }),
    )
    await reach(
      running,
      dapp.page.waitForFunction(() => globalThis.dapp.confirm),
    )
    await dapp.abort('Error')
    assertAborted(await outcome(running))
    await dapp.page.evaluate(() => globalThis.dapp.confirm(true))
    await settle()
    assert.equal(await dapp.asked(SIGN), 0)
    assert.equal(paidRequests().length, 0)
  })

  test('an aborted purchase does not affect the next one', async () => {
    await open({ answers: { [SIGNATURE]: 'waits' } })
    const running = start()
    await reach(running, dapp.user.opened(SIGNATURE))
    await dapp.abort('Error')
    assertAborted(await outcome(running))
    dapp.user.answer(SIGNATURE, false)
    dapp.user.answers[SIGNATURE] = true
    const again = (imagine, { request, options }) => imagine.generate(request, options)
    await dapp.value(again, { request, options: at(seller.url) })
    assert.equal(paidRequests().length, 1)
  })
})

describe('after the signature', TIMEOUT, () => {
  function assertResumable(error, paid) {
    assert.ok(
      error.isError && error.class && error.branded,
      `an ImagineError, whatever the reason: ${JSON.stringify(error)}`,
    )
    const { code, retry } = error
    assert.deepEqual({ code, paid: error.paid, retry }, { code: 'aborted', paid, retry: 'resume' })
    assert.ok(error.causeIsReason, 'the cause is the reason itself')
  }

  for (const kind of ['default', 'string']) {
    test(`an abort during the payment, with the reason ${kind}`, async () => {
      await open({ seller: { paid: 'hang' } })
      const running = start()
      await reach(
        running,
        seller.received(({ paid }) => paid),
      )
      await dapp.abort(kind)
      assertResumable(await outcome(running), 'unknown')
      assert.equal(paidRequests().length, 1)
      assert.equal(await dapp.asked(SIGN), 1)
    })

    test(`an abort while waiting for the video, with the reason ${kind}`, async () => {
      await open({ seller: { status: { status: 202, body: { status: 'processing', progress: 10 } } } })
      const running = start()
      await reach(running, dapp.untilEvent('status'))
      await dapp.abort(kind)
      const error = await outcome(running)
      assertResumable(error, 'yes')
      assert.equal(error.taskId, 'task-1')
      assert.equal(error.stage, 'wait')
      assert.equal(error.receipt.taskId, 'task-1')
      assert.equal(paidRequests().length, 1)
    })
  }

  test('an abort while `submit` is paying', async () => {
    await open({ seller: { paid: 'hang' } })
    const running = start((imagine, { request, options }, dapp) =>
      imagine.submit(request, { ...options, signal: dapp.controller.signal }),
    )
    await reach(
      running,
      seller.received(({ paid }) => paid),
    )
    await dapp.abort('Error')
    assertResumable(await outcome(running), 'unknown')
  })

  test('an abort after the end changes nothing', async () => {
    await open()
    const { taskId } = await dapp.value(generate, { request, options: at(seller.url) })
    await dapp.abort('Error')
    assert.equal(taskId, 'task-1')
    assert.equal(paidRequests().length, 1)
  })
})
