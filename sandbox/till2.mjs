import { HTTPFacilitatorClient } from '@x402/core/server'
import { ExactEvmScheme } from '@x402/evm/exact/server'
import { paymentMiddleware, x402ResourceServer } from '@x402/express'
import {
  PAYMENT_IDENTIFIER,
  declarePaymentIdentifierExtension,
  paymentIdentifierResourceServerExtension,
} from '@x402/extensions/payment-identifier'
import { offer } from './offer.mjs'

/** The official seller's own default is 300, but the fault `paid-delayed` outlasts a minute. */
const MAX_TIMEOUT_SECONDS = 60

/** The official seller of version 2. */
export async function createTill2({ facilitatorUrl, ...options }) {
  const server = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitatorUrl }))
    .register(options.caip2, new ExactEvmScheme())
    .registerExtension(paymentIdentifierResourceServerExtension)
  // Each middleware would ask the facilitator again, and be at a loss for as long as that takes.
  await server.initialize()
  const extensions = { [PAYMENT_IDENTIFIER]: declarePaymentIdentifierExtension() }
  return (price) => {
    const { amount, asset, extra, ...terms } = termsOf(options, price)
    const accepts = { ...terms, price: { amount, asset, extra } }
    const route = { accepts, description: offer.description, mimeType: 'application/json', extensions }
    return paymentMiddleware({ 'POST *': route }, server, undefined, undefined, false)
  }
}

/** What a payment must be, as version 2 words it. */
export function termsOf({ caip2, asset, payTo }, price) {
  return {
    scheme: 'exact',
    network: caip2,
    amount: String(price),
    asset: asset.address,
    payTo,
    maxTimeoutSeconds: MAX_TIMEOUT_SECONDS,
    extra: asset.eip712,
  }
}
