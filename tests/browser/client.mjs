// A dapp with a seller, or with several of them.
import assert from 'node:assert/strict'
import { at, generate } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { dapp, openDapp, openSeller, seller, startSeller } from './stage.mjs'

export const request = { prompt: 'A paper boat on a neon river' }

/** All that a test has. */
export let sellers = []

export async function open(script, options) {
  sellers = [await openSeller(script)]
  await openDapp(options)
}

export async function openElsewhere() {
  const elsewhere = await startSeller()
  sellers.push(elsewhere)
  return elsewhere
}

export const buy = (overrides) => [generate, { request, options: at(seller.url, overrides) }]
export const paidTo = ({ requests }) => requests.filter(({ paid }) => paid)

export function assertInvalid({ code, paid, retry, branded, class: isOurs }) {
  assert.deepEqual(
    { code, paid, retry, branded, isOurs },
    { code: 'invalid_request', paid: 'no', retry: 'never', branded: true, isOurs: true },
  )
}

export async function assertNothingAsked() {
  assert.equal(dapp.user.count(), 0, 'prompts')
  assert.equal(await dapp.asked(SIGN), 0, 'signatures')
  for (const each of sellers) assert.equal(paidTo(each).length, 0, 'paid requests')
}
