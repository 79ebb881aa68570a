import express from 'express'
import { createWalletClient, http, publicActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { createNonceManager, jsonRpc } from 'viem/nonce'
import { settle, verify } from 'x402/facilitator'
import { PaymentPayloadSchema, PaymentRequirementsSchema } from 'x402/types'
import { accounts } from './accounts.mjs'
import { NETWORKS, POLLING_INTERVAL } from './chain.mjs'
import { listen } from './server.mjs'
import { play } from './switch.mjs'

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:2'

/**
 * Serves the official facilitator's `verify` and `settle` over HTTP; only this shell is ours.
 * @param {Awaited<ReturnType<typeof import('./chain.mjs').startChain>>} chain
 * @param {ReturnType<typeof import('./switch.mjs').createSwitch>} faults
 */
export function startFacilitator({ chain, rpcUrl }, faults) {
  const { network } = NETWORKS[chain.id]
  // Two settlements at once must not take the same nonce. viem's shared manager would also mix up several sandboxes in
  // one process, which all have the same account and chain id.
  const nonceManager = createNonceManager({ source: jsonRpc() })
  const account = privateKeyToAccount(accounts.facilitator.privateKey, { nonceManager })
  const walletAt = (url) => {
    return createWalletClient({ chain, transport: http(url), account, pollingInterval: POLLING_INTERVAL }).extend(publicActions)
  }
  const wallet = walletAt(rpcUrl)
  const stranded = walletAt(NOWHERE)
  const walletFor = ({ locals }) => locals.fault?.name === 'chain-down' ? stranded : wallet

  const app = express()
  app.use(express.json(), faults.meet(({ path }) => path.slice(1)), play)
  app.get('/supported', (_, response) => {
    response.json({ kinds: [{ x402Version: 1, scheme: 'exact', network }] })
  })
  app.post('/verify', async ({ body }, response) => {
    const payment = readPayment(body)
    response.json(payment
      ? await verify(walletFor(response), ...payment).catch(refuse({ isValid: false, invalidReason: 'unexpected_verify_error' }))
      : { isValid: false, invalidReason: 'invalid_payload' })
  })
  app.post('/settle', async ({ body }, response) => {
    const payment = readPayment(body)
    const refused = { success: false, transaction: '', network }
    response.json(payment
      ? await settle(walletFor(response), ...payment).catch(refuse({ ...refused, errorReason: 'unexpected_settle_error' }))
      : { ...refused, errorReason: 'invalid_payload' })
  })
  return listen(app)
}

function readPayment({ paymentPayload, paymentRequirements }) {
  const payload = PaymentPayloadSchema.safeParse(paymentPayload)
  const requirements = PaymentRequirementsSchema.safeParse(paymentRequirements)
  return payload.success && requirements.success && [payload.data, requirements.data]
}

/** The chain refused, for example an authorization that was used before: an answer, not a crash. */
function refuse(answer) {
  return (error) => {
    console.error(`facilitator: ${error.shortMessage ?? error.message}`)
    return answer
  }
}
