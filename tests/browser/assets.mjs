// A seller that wants to be paid in another token than USDC: Circle's EURC, whose contract is the same.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sameAddress } from './harness.mjs'

const TIMEOUT = { timeout: 300_000 }

export const EURC = {
  network: 'eip155:8453',
  address: '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42',
  name: 'EURC',
  version: '2',
  symbol: 'EURC',
  decimals: 6,
  maxPrice: '1.00',
}

export function testToken(open, x402) {
  describe(`to a seller of version ${x402}`, TIMEOUT, () => {
    test('a token that the page names is paid with', async () => {
      const { sandbox, dapp, buy, assertPaid } = await open(null, { x402, token: 'eurc' })
      const { video, receipt } = await dapp.value(...buy({ assets: [EURC], maxPrice: '0.01' }))
      assert.ok(video.url && sameAddress(receipt.asset, sandbox.token))
      assert.deepEqual(receipt.amount, { amount: '1.00', atomic: '1000000', symbol: 'EURC', decimals: 6 })
      await assertPaid(1)
    })

    test('a payment in that token is resumed by a page that does not name it', async () => {
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
