// What the library pays with is valid by the validators of x402's official packages.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { decodePaymentSignatureHeader } from '@x402/core/http'
import { parsePaymentPayload } from '@x402/core/schemas'
import { decodePayment } from 'x402/schemes'
import { PaymentPayloadSchema } from 'x402/types'
import { KINDS, decode, payments } from './payments.mjs'

let headers
before(async () => {
  headers = await payments()
})

describe('the payment header', { timeout: 120_000 }, () => {
  for (const kind of KINDS) {
    const version = kind.startsWith('version 1') ? 1 : 2

    test(`of ${kind} is valid by @x402/core`, () => {
      const { success, data, error } = parsePaymentPayload(decode(headers[kind]))
      assert.ok(success, error?.message)
      assert.equal(data.x402Version, version)
    })

    if (version === 1)
      test(`of ${kind} is valid by x402, which reads it as it was sent`, () => {
        const payment = decode(headers[kind])
        assert.deepEqual(PaymentPayloadSchema.parse(payment), payment)
        assert.deepEqual(decodePayment(headers[kind]), payment)
      })
    else
      test(`of ${kind} is read by @x402/core as it was sent`, () => {
        assert.deepEqual(decodePaymentSignatureHeader(headers[kind]), decode(headers[kind]))
      })
  }
})
