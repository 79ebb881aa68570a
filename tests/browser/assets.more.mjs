// A seller that wants to be paid in EURC: in version 2, and where it may not.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EURC, testToken } from './assets.mjs'
import { SIGN } from './harness.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

testToken(open, 2)

describe('nothing is signed', TIMEOUT, () => {
  for (const [why, overrides, code, words] of [
    ['where the token was not named', {}, 'no_acceptable_offer', /0x60a3/],
    [
      'over the own cap of the token',
      { assets: [{ ...EURC, maxPrice: '0.99' }], maxPrice: '5.00' },
      'price_too_high',
      /1\.00 EURC.*0\.99/,
    ],
    [
      'where its domain is another',
      { assets: [{ ...EURC, name: 'Euro Coin' }] },
      'no_acceptable_offer',
      /"EURC".*"Euro Coin"/,
    ],
    ['where it is on another network', { assets: [{ ...EURC, network: 'eip155:1' }] }, 'invalid_request', /networks/],
    ['where a member is missing', { assets: [{ ...EURC, decimals: undefined }] }, 'invalid_request', /decimals/],
    [
      'beside a budget of USDC',
      { assets: [EURC], budget: { amount: '5.00', per: 'day' } },
      'invalid_request',
      /budget/,
    ],
  ]) {
    test(why, async () => {
      const { dapp, buy } = await open(null, { token: 'eurc' })
      const error = await dapp.failure(...buy(overrides))
      assert.deepEqual([error.code, error.paid], [code, 'no'])
      assert.match(error.message, words)
      assert.equal(await dapp.asked(SIGN), 0)
    })
  }
})

test('no call can add to the tokens of its client', TIMEOUT, async () => {
  const { sandbox, dapp, order } = await open(null, { token: 'eurc' })
  const buy = (imagine, { request, options, own, more }) =>
    imagine.createClient({ ...options, assets: own }).generate(request, { assets: more })
  const cheap = { ...EURC, maxPrice: '0.50' }
  const error = await dapp.failure(buy, { ...order(), own: [cheap], more: [EURC] })
  assert.equal(error.code, 'price_too_high')
  assert.equal((await sandbox.payments()).length, 0)
})
