import { settle, verify } from 'x402/facilitator'
import { PaymentPayloadSchema, PaymentRequirementsSchema } from 'x402/types'
import { NETWORKS } from './chain.mjs'

/** The official facilitator of version 1. */
export function createFacilitator1(chainId) {
  const { network } = NETWORKS[chainId]
  return {
    kind: { x402Version: 1, scheme: 'exact', network },
    async verify(body, wallet) {
      const payment = readPayment(body)
      return payment ? verify(wallet, ...payment) : { isValid: false, invalidReason: 'invalid_payload' }
    },
    async settle(body, wallet) {
      const payment = readPayment(body)
      return payment
        ? settle(wallet, ...payment)
        : { success: false, transaction: '', network, errorReason: 'invalid_payload' }
    },
  }
}

function readPayment({ paymentPayload, paymentRequirements }) {
  const payload = PaymentPayloadSchema.safeParse(paymentPayload)
  const requirements = PaymentRequirementsSchema.safeParse(paymentRequirements)
  return payload.success && requirements.success && [payload.data, requirements.data]
}
