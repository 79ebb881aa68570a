import { paymentMiddleware } from 'x402-express'
/** The official seller of version 1. */
export function createTill1({ network, asset, payTo, facilitatorUrl, describe }) {
  return (price) => {
    const route = { price: { amount: String(price), asset }, network, config: describe() }
    return paymentMiddleware(payTo, { 'POST *': route }, { url: facilitatorUrl })
  }
}
