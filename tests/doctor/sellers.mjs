// Sellers as their frameworks have them out of the box, over the facilitator of a sandbox.
import { HTTPFacilitatorClient } from '@x402/core/server'
import { ExactEvmScheme } from '@x402/evm/exact/server'
import { paymentMiddleware, x402ResourceServer } from '@x402/express'
import express from 'express'
import { paymentMiddleware as paymentMiddleware1 } from 'x402-express'
import { listen } from '../../sandbox/server.mjs'

/** What the npm package `cors` does without options. */
function stockCors(request, response, next) {
  response.set('Access-Control-Allow-Origin', '*')
  if (request.method !== 'OPTIONS') return next()
  response.vary('Access-Control-Request-Headers')
  response.set({
    'Access-Control-Allow-Methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
    'Access-Control-Allow-Headers': request.get('access-control-request-headers') ?? '',
  })
  response.status(204).end()
}

/** `x402-express`, `@x402/express`. */
const TILLS = {
  1: async ({ payTo, facilitatorUrl }) =>
    paymentMiddleware1(payTo, { 'POST /generation/create': { price: '$1', network: 'base' } }, { url: facilitatorUrl }),
  2: async ({ payTo, facilitatorUrl }) => {
    const server = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitatorUrl })).register(
      'eip155:8453',
      new ExactEvmScheme(),
    )
    await server.initialize()
    const accepts = { scheme: 'exact', network: 'eip155:8453', price: '$1', payTo }
    return paymentMiddleware({ 'POST /generation/create': { accepts } }, server, undefined, undefined, false)
  },
}

/** Starts a seller of that version of x402; `cors` is its framework's own, or there is none. */
export async function startForeign(sandbox, version, { cors = true } = {}) {
  const app = express()
  if (cors) app.use(stockCors)
  app.use(express.json(), await TILLS[version](sandbox))
  app.post('/generation/create', (_request, response) => response.status(202).json({ taskId: 'task-1' }))
  app.get('/generation/:id/status', (_request, response) => response.status(404).json({ status: 'not_found' }))
  return listen(app)
}
