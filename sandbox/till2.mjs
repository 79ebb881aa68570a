import { HTTPFacilitatorClient } from '@x402/core/server'
import { ExactEvmScheme } from '@x402/evm/exact/server'
import { paymentMiddleware, x402ResourceServer } from '@x402/express'
import {
  PAYMENT_IDENTIFIER,
  declarePaymentIdentifierExtension,
  paymentIdentifierResourceServerExtension,
} from '@x402/extensions/payment-identifier'
import { bazaarResourceServerExtension, declareDiscoveryExtension } from '@x402/extensions/bazaar'
import { bazaarOf } from './offer.mjs'

/** The official seller's own default is 300, but the fault `paid-delayed` outlasts a minute. */
const MAX_TIMEOUT_SECONDS = 60

/** The official seller of version 2. */
export async function createTill2({ facilitatorUrl, describe, models, ...options }) {
  const server = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitatorUrl }))
    .register(options.caip2, new ExactEvmScheme())
    .registerExtension(paymentIdentifierResourceServerExtension)
    .registerExtension(bazaarResourceServerExtension)
  // Each middleware would ask the facilitator again, and be at a loss for as long as that takes.
  await server.initialize()
  const identifier = { [PAYMENT_IDENTIFIER]: declarePaymentIdentifierExtension() }
  return (price) => {
    const listed = models.listed()
    const extensions = { ...identifier, ...(listed && declareDiscoveryExtension(bazaarOf(listed))) }
    const { amount, asset, extra, ...terms } = termsOf(options, price)
    const accepts = { ...terms, price: { amount, asset, extra } }
    const route = { accepts, description: describe().description, mimeType: 'application/json', extensions }
    return paymentMiddleware({ 'POST /generation/create': route }, server, undefined, undefined, false)
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
