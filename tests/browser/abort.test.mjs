// AbortSignal at every stage: what it stops, what it can no longer stop, and what the error says about the money.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { at, generate } from './calls.mjs'
import { SIGN, createUser, openStage, startStubSeller, walletFor } from './harness.mjs'
import { accepted, completed, paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }
const CONNECT = 'wallet_requestPermissions'
const SWITCH = 'wallet_switchEthereumChain'
const SIGNATURE = 'eth_signTypedData'
const request = { prompt: 'A paper boat on a neon river' }

let stage
let sandbox
let seller
let dapp

before(async () => {
  stage = await openStage()
  sandbox = await startSandbox()
})
afterEach(async () => {
  await dapp?.close()
  await seller?.stop()
  dapp = seller = undefined
})
after(async () => {
  await stage?.close()
  await sandbox?.stop()
})

/** A dapp before a seller that takes the sandbox's payment without settling it, unless told otherwise. */
async function open({ answers = {}, wallet = {}, seller: script = {} } = {}) {
  seller = await startStubSeller()
  seller.answer({ probe: paymentRequired(sandbox), paid: accepted('task-1'), status: completed, ...script })
  dapp = await stage.openDapp({ wallet: walletFor(sandbox, wallet), user: createUser(answers) })
}

const start = (call = generate) => dapp.run(call, { request, options: at(seller.url) })

async function outcome(running) {
  const { value, error } = await running
  assert.ok(error, `the call should have been rejected, it gave ${JSON.stringify(value)}`)
  return error
}

function assertAborted(error) {
  if (error.isReason) return
  assert.equal(error.code, 'aborted', `neither the reason itself nor an aborted ImagineError: ${JSON.stringify(error)}`)
  assert.ok(error.causeIsReason, 'the cause is the reason itself')
  assert.deepEqual([error.paid, error.branded, error.isError], ['no', true, true])
}

const paidRequests = () => seller.requests.filter(({ paid }) => paid)

/** Long enough for whatever was still under way to reach the seller. */
const settle = () => dapp.page.waitForTimeout(1000)

/** Waits for a moment in the life of a call; the call must not end before it. */
const reach = (running, moment) =>
  Promise.race([
    moment,
    running.then((outcome) => assert.fail(`the call ended too early: ${JSON.stringify(outcome)}`)),
  ])

describe('before anything is paid', TIMEOUT, () => {
  describe('aborted before the call', () => {
    for (const kind of ['default', 'Error', 'string', 'object']) {
      test(`with the reason: ${kind}`, async () => {
        await open()
        await dapp.abort(kind)
        assertAborted(await outcome(start()))
        assert.equal(seller.requests.length, 0)
        assert.equal(dapp.user.count(), 0)
      })
    }
  })

  describe('while the seller does not answer the probe', () => {
    for (const kind of ['default', 'Error', 'string', 'object']) {
      test(`with the reason: ${kind}`, async () => {
        await open({ seller: { probe: 'hang' } })
        const running = start()
        await reach(running, seller.received(() => true))
        await dapp.abort(kind)
        assertAborted(await outcome(running))
        assert.equal(dapp.user.count(), 0)
      })
    }

    test('in quote', async () => {
      await open({ seller: { probe: 'hang' } })
      const running = start((imagine, { request, options }, dapp) =>
        imagine.quote(request, { ...options, signal: dapp.controller.signal }))
      await reach(running, seller.received(() => true))
      await dapp.abort('Error')
      assertAborted(await outcome(running))
    })
  })

  const prompts = [
    ['connect', CONNECT, {}],
    ['chain switch', SWITCH, { chainId: 1, knownChains: [1, 8453] }],
    ['signature', SIGNATURE, {}],
  ]
  for (const [name, type, wallet] of prompts) {
    describe(`while the ${name} prompt is open`, () => {
      for (const kind of ['default', 'object']) {
        test(`with the reason: ${kind}; a late yes pays nothing`, async () => {
          await open({ answers: { [type]: 'waits' }, wallet })
          const running = start()
          await reach(running, dapp.user.opened(type))
          await dapp.abort(kind)
          assertAborted(await outcome(running))
          dapp.user.answer(type, true)
          await settle()
          assert.equal(paidRequests().length, 0)
          assert.equal(await dapp.asked(SIGN), type === SIGNATURE ? 1 : 0)
        })
      }
    })
  }

  test('while the app is asked to confirm; a late yes pays nothing', async () => {
    await open()
    const running = start((imagine, { request, options }, dapp) =>
      imagine.generate(request, {
        ...options,
        signal: dapp.controller.signal,
        confirm: () => new Promise((resolve) => void (dapp.confirm = resolve)),
      }))
    await reach(running, dapp.page.waitForFunction(() => globalThis.dapp.confirm))
    await dapp.abort('Error')
    assertAborted(await outcome(running))
    await dapp.page.evaluate(() => globalThis.dapp.confirm(true))
    await settle()
    assert.equal(await dapp.asked(SIGN), 0)
    assert.equal(paidRequests().length, 0)
  })

  test('an aborted purchase leaves the next one alone', async () => {
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
    assert.ok(error.isError && error.class && error.branded, `an ImagineError, whatever the reason: ${JSON.stringify(error)}`)
    const { code, retry } = error
    assert.deepEqual({ code, paid: error.paid, retry }, { code: 'aborted', paid, retry: 'resume' })
    assert.ok(error.causeIsReason, 'the cause is the reason itself')
  }

  for (const kind of ['default', 'string']) {
    test(`while the payment is under way, with the reason: ${kind}`, async () => {
      await open({ seller: { paid: 'hang' } })
      const running = start()
      await reach(running, seller.received(({ paid }) => paid))
      await dapp.abort(kind)
      assertResumable(await outcome(running), 'unknown')
      assert.equal(paidRequests().length, 1)
      assert.equal(await dapp.asked(SIGN), 1)
    })

    test(`while waiting for the video, with the reason: ${kind}`, async () => {
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

  test('while submit is paying', async () => {
    await open({ seller: { paid: 'hang' } })
    const running = start((imagine, { request, options }, dapp) =>
      imagine.submit(request, { ...options, signal: dapp.controller.signal }))
    await reach(running, seller.received(({ paid }) => paid))
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
