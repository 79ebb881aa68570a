import { authorize, create, decode, encode } from './buyer.mjs'

/** Posts a creation with a payment of version 2. */
export function create2(sandbox, body, payment) {
  return create(sandbox, body, undefined, {
    headers: { 'content-type': 'application/json', 'payment-signature': payment },
  })
}

/** What the header of a 402 says. */
export function required(response) {
  return decode(response.headers.get('payment-required'))
}

/** What the `PAYMENT-RESPONSE` header says. */
export function receipt2(response) {
  return decode(response.headers.get('payment-response'))
}

/**
 * Signs what the terms ask for, as a wallet would. `accepted` is what the payment says about itself, by default the
 * terms; `changes` falsify single fields of the authorization.
 */
export async function sign2(sandbox, payer, terms, { changes, accepted = terms, extensions } = {}) {
  const payload = await authorize(sandbox, payer, terms, changes)
  const header = encode({ x402Version: 2, accepted, payload, ...(extensions && { extensions }) })
  return { header, nonce: payload.authorization.nonce }
}

/** How each version that has payments of version 2 names its terms, and why it refuses. */
export const DIALECTS = {
  2: {
    async offer(sandbox, body) {
      const [terms] = required(await create(sandbox, body)).accepts
      return { terms, accepted: terms }
    },
    reason: async (response) =>
      response.headers.has('payment-response') ? receipt2(response).errorReason : required(response).error,
  },
  hybrid: {
    // The name of the token is not in the offer: a buyer has to know it.
    async offer(sandbox, body) {
      const [accepted] = (await (await create(sandbox, body)).json()).accepts
      const name = sandbox.chainId === 8453 ? 'USD Coin' : 'USDC'
      return { terms: { ...accepted, amount: accepted.maxAmountRequired, extra: { name, version: '2' } }, accepted }
    },
    reason: async (response) => (await response.json()).error,
  },
}
