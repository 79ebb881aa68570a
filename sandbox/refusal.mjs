import { decodePaymentRequiredHeader, decodePaymentResponseHeader } from '@x402/core/http'

/** Lets something else answer where the official seller of version 2 has a 402 ready, and tells it the reason. */
export function replaceRefusal(response, answer) {
  const { json } = response
  response.json = (body) => {
    const reason = response.statusCode === 402 && reasonOf(response)
    if (!reason) return json.call(response, body)
    response.json = json
    answer(reason)
    return response
  }
}

/** The headers tell, the body is empty. A 402 that has neither is somebody else's. */
function reasonOf(response) {
  const [required, receipt] = [response.get('PAYMENT-REQUIRED'), response.get('PAYMENT-RESPONSE')]
  if (required) return decodePaymentRequiredHeader(required).error
  return receipt && decodePaymentResponseHeader(receipt).errorReason
}
