// A seller that wants to be paid in another token than USDC: Circle's EURC, whose contract is the same.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN, sameAddress } from './harness.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

const EURC = {
  network: 'eip155:8453',
  address: '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42',
  name: 'EURC',
  version: '2',
  symbol: 'EURC',
  decimals: 6,
  maxPrice: '1.00',
}

for (const x402 of [1, 2]) {
  describe(`to a seller of version ${x402}`, TIMEOUT, () => {
    test('a token that the page names is paid with', async () => {
      const { sandbox, dapp, buy, assertPaid } = await open(null, { x402, token: 'eurc' })
      const { video, receipt } = await dapp.value(...buy({ assets: [EURC], maxPrice: '0.01' }))
      assert.ok(video.url && sameAddress(receipt.asset, sandbox.token))
      assert.deepEqual(receipt.amount, { amount: '1.00', atomic: '1000000', symbol: 'EURC', decimals: 6 })
      await assertPaid(1)
    })

    test('and found again by a page that does not name it', async () => {
      const { sandbox, dapp, buy, resume, reload } = await open('settle-dropped-after', { x402, token: 'eurc' })
      const gone = dapp.run(...buy({ assets: [EURC] }))
      await dapp.untilEvent('payment_unknown')
      await reload(gone)
      sandbox.fault(null)
      const { receipt } = await dapp.value(...resume())
      assert.deepEqual([receipt.amount.symbol, receipt.settled], ['EURC', 'chain'])
      assert.equal((await sandbox.payments()).length, 1)
    })
  })
}

describe('nothing is signed', TIMEOUT, () => {
  for (const [why, overrides, code, words] of [
    ['where the token was not named', {}, 'no_acceptable_offer', /0x60a3/],
    ['over the own cap of the token', { assets: [{ ...EURC, maxPrice: '0.99' }], maxPrice: '5.00' }, 'price_too_high', /1\.00 EURC.*0\.99/],
    ['where its domain is another', { assets: [{ ...EURC, name: 'Euro Coin' }] }, 'no_acceptable_offer', /"EURC".*"Euro Coin"/],
    ['where it is on another network', { assets: [{ ...EURC, network: 'eip155:1' }] }, 'invalid_request', /networks/],
    ['where a member is missing', { assets: [{ ...EURC, decimals: undefined }] }, 'invalid_request', /decimals/],
    ['beside a budget of USDC', { assets: [EURC], budget: { amount: '5.00', per: 'day' } }, 'invalid_request', /budget/],
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

test("a client's tokens are a limit that no call lifts", TIMEOUT, async () => {
  const { sandbox, dapp, order } = await open(null, { token: 'eurc' })
  const buy = (imagine, { request, options, own, more }) => imagine.createClient({ ...options, assets: own }).generate(request, { assets: more })
  const cheap = { ...EURC, maxPrice: '0.50' }
  const error = await dapp.failure(buy, { ...order(), own: [cheap], more: [EURC] })
  assert.equal(error.code, 'price_too_high')
  assert.equal((await sandbox.payments()).length, 0)
})
