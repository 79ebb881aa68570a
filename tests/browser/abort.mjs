// Calls that are left, at a moment in their life.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, generate } from './calls.mjs'
import { assertWhole } from './dapp.mjs'
import { SIGN, createUser, walletFor } from './harness.mjs'
import { dapp, openDapp, openSeller, sandbox, seller } from './stage.mjs'

export const SIGNATURE = 'eth_signTypedData'
const CONNECT = 'wallet_requestPermissions'
const SWITCH = 'wallet_switchEthereumChain'
export const request = { prompt: 'A paper boat on a neon river' }

/** A dapp before a seller that takes the sandbox's payment without settling it, unless told otherwise. */
export async function open({ answers = {}, wallet = {}, seller: script = {} } = {}) {
  await openSeller(script)
  await openDapp({ wallet: walletFor(sandbox, wallet), user: createUser(answers) })
}

export const start = (call = generate) => dapp.run(call, { request, options: at(seller.url) })

export async function outcome(running) {
  const { value, error } = await running
  assert.ok(error, `the call should have been rejected, it gave ${JSON.stringify(value)}`)
  return error
}

export function assertAborted(error) {
  assertWhole(error)
  const { code, paid, retry } = error
  assert.deepEqual({ code, paid, retry }, { code: 'aborted', paid: 'no', retry: 'safe' })
  assert.ok(error.causeIsReason, 'the cause is the reason itself')
}

export const paidRequests = () => seller.requests.filter(({ paid }) => paid)

/** Long enough for whatever was still under way to reach the seller. */
export const settle = () => dapp.page.waitForTimeout(1000)

/** Waits for a moment in the life of a call; the call must not end before it. */
export const reach = (running, moment) =>
  Promise.race([moment, running.then((outcome) => assert.fail(`the call ended too early: ${JSON.stringify(outcome)}`))])

/** Every prompt of the wallet, left open and answered too late. */
export function testPrompts(kind) {
  const prompts = [
    ['connect', CONNECT, {}],
    ['chain switch', SWITCH, { chainId: 1, knownChains: [1, 8453] }],
    ['signature', SIGNATURE, {}],
  ]
  for (const [name, type, wallet] of prompts) {
    describe(`while the ${name} prompt is open`, () => {
      test(`an abort with the reason ${kind} pays nothing, even if the visitor accepts later`, async () => {
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
    })
  }
}
