// Every seller is paid once by a page that may read its headers. With the stock CORS of its framework it is paid as
// well, or the page is told why not.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stage, useStage } from '../browser/stage.mjs'
import { checkPayments } from './pydantic.mjs'
import { PLAIN, buy } from './purchase.mjs'
import { SELLERS, install } from './sellers.mjs'

const TIMEOUT = { timeout: 600_000 }

useStage({ prepare: install })

for (const [name, seller] of Object.entries(SELLERS))
  describe(name, TIMEOUT, () => {
    test('is paid once where its headers are exposed', async () => {
      assert.ok((await buy(stage, seller)).value)
    })

    test('is paid once where the answer to the payment is lost, and the video is found', async () => {
      const { value } = await buy(stage, seller, { isLost: true })
      assert.ok(value)
    })

    const title = seller.blind
      ? `is not paid with stock CORS, which is \`${seller.blind}\``
      : 'is paid once with stock CORS'
    test(title, async () => {
      assert.equal((await buy(stage, seller, { cors: 'stock' })).error?.code, seller.blind)
    })

    for (const payer of seller.payers.filter((payer) => payer !== PLAIN))
      test(`is paid once by a ${payer}`, async () => {
        assert.ok((await buy(stage, seller, { payer })).value)
      })
  })

test("the models of PyPI's x402 1.0.0 read every payment of version 1", TIMEOUT, () => checkPayments(1))
