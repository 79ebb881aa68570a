import { isDeepStrictEqual } from 'node:util'
import { decodePaymentSignatureHeader, encodePaymentSignatureHeader } from '@x402/core/http'
import { replaceRefusal } from './refusal.mjs'
import { createTill2, termsOf } from './till2.mjs'

/** What the sister service documents besides its offer on Base. Nobody can pay that way here. */
const ON_SOLANA = {
  network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
  asset: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v',
  payTo: '8sTp2449YNLSkMDzHc29968pmzvhyw7nY6c6wm2XARGG',
}

/**
 * The sister service's own dialect, as it documents it: the terms of version 2, in words of version 1, in the body
 * alone. No official seller speaks it, so this is an interpreter of ours before the official seller of version 2.
 */
export async function createTillHybrid(options) {
  const till = await createTill2(options)
  return (price) => (request, response, next) => {
    const terms = termsOf(options, price)
    const { amount, extra, ...rest } = terms
    const offered = { ...rest, maxAmountRequired: amount }
    const refuse = (error) => {
      const accepts = [offered, { ...offered, ...ON_SOLANA }]
      response.status(402).json({ error, description: options.describe().description, x402Version: 2, accepts })
    }

    const header = request.get('payment-signature')
    if (!header) return refuse('Payment required')
    const payment = decode(header)
    if (!isDeepStrictEqual(payment?.accepted, offered)) return refuse('No matching payment requirements')
    request.headers['payment-signature'] = encodePaymentSignatureHeader({ ...payment, accepted: terms })
    replaceRefusal(response, (reason) => {
      response.removeHeader('PAYMENT-REQUIRED')
      refuse(reason)
    })
    return till(price)(request, response, next)
  }
}

function decode(header) {
  try {
    return decodePaymentSignatureHeader(header)
  } catch {
    return undefined
  }
}
