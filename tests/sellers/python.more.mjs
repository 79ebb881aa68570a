// A seller in Python, whose packages pip installs the first time. The other sellers are in `sellers.nightly.mjs`.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stage, useStage } from '../browser/stage.mjs'
import { buy } from './purchase.mjs'
import { checkPayments } from './pydantic.mjs'
import { SELLERS } from './sellers.mjs'

const seller = SELLERS['PyPI x402 2.25.0 for FastAPI, with its own facilitator']

useStage({ prepare: seller.install })

describe("PyPI's x402 2.25.0", { timeout: 300_000 }, () => {
  test('is paid once in FastAPI, and its facilitator settles', async () => {
    const { value } = await buy(stage, seller)
    assert.equal(value.receipt.settled, 'server')
  })

  test('hides the terms behind the stock CORS of FastAPI, and the page is told which header to expose', async () => {
    const { error } = await buy(stage, seller, { cors: 'stock' })
    assert.equal(error.code, seller.blind)
    assert.match(error.message, /PAYMENT-REQUIRED/)
  })

  test('reads every payment of the library by its models', () => checkPayments(2))
})
