import express from 'express'
import { createWalletClient, http, publicActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { createNonceManager, jsonRpc } from 'viem/nonce'
import { accounts } from './accounts.mjs'
import { POLLING_INTERVAL } from './chain.mjs'
import { createFacilitator1 } from './facilitator1.mjs'
import { createFacilitator2 } from './facilitator2.mjs'
import { listen } from './server.mjs'
import { play } from './switch.mjs'

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:2'

/**
 * Serves the official facilitators of both versions over HTTP; only this shell is ours.
 * @param {Awaited<ReturnType<typeof import('./chain.mjs').startChain>>} chain
 * @param {ReturnType<typeof import('./switch.mjs').createSwitch>} faults
 * @param {string[]} factories the contracts by which smart accounts that pay are deployed
 */
export function startFacilitator({ chain, rpcUrl }, faults, factories) {
  // Two settlements at once must not take the same nonce. viem's shared manager would also mix up several sandboxes in
  // one process, which all have the same account and chain id.
  const nonceManager = createNonceManager({ source: jsonRpc() })
  const account = privateKeyToAccount(accounts.facilitator.privateKey, { nonceManager })
  const walletAt = (url) => {
    return createWalletClient({ chain, transport: http(url), account, pollingInterval: POLLING_INTERVAL }).extend(
      publicActions,
    )
  }
  const wallet = walletAt(rpcUrl)
  const stranded = walletAt(NOWHERE)
  const walletFor = ({ locals }) => (locals.fault?.name === 'chain-down' ? stranded : wallet)

  const [one, two] = [createFacilitator1(chain.id), createFacilitator2(chain.id, factories)]
  const facilitatorFor = ({ paymentPayload }) => (paymentPayload?.x402Version === 2 ? two : one)

  const app = express()
  app.use(
    express.json(),
    faults.meet(({ path }) => path.slice(1)),
    play,
  )
  app.get('/supported', (_, response) => {
    response.json({ kinds: [one.kind, two.kind] })
  })
  app.post('/verify', async ({ body }, response) => {
    response.json(
      await facilitatorFor(body)
        .verify(body, walletFor(response))
        .catch(refuse({ isValid: false, invalidReason: 'unexpected_verify_error' })),
    )
  })
  app.post('/settle', async ({ body }, response) => {
    const facilitator = facilitatorFor(body)
    const { network } = facilitator.kind
    response.json(
      await facilitator
        .settle(body, walletFor(response), response.locals.fault)
        .catch(refuse({ success: false, transaction: '', network, errorReason: 'unexpected_settle_error' })),
    )
  })
  return listen(app)
}

/** The chain refused, for example an authorization that was used before: an answer, not a crash. */
function refuse(answer) {
  return (error) => {
    console.error(`facilitator: ${error.shortMessage ?? error.message}`)
    return answer
  }
}
