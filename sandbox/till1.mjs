import { paymentMiddleware } from 'x402-express'
import { offer } from './offer.mjs'

/** The official seller of version 1. */
export function createTill1({ network, asset, payTo, facilitatorUrl }) {
  return (price) => {
    const route = { price: { amount: String(price), asset }, network, config: offer }
    return paymentMiddleware(payTo, { 'POST *': route }, { url: facilitatorUrl })
  }
}
