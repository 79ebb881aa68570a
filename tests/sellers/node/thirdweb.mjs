// Thirdweb's server for Express. The sandbox's facilitator stands in for thirdweb's hosted one; its `/accepts`, which
// turns a price into terms, is ours.
import express from 'express'
import { createThirdwebClient } from 'thirdweb'
import { base } from 'thirdweb/chains'
import { facilitator, settlePayment } from 'thirdweb/x402'
import { serveExpress } from './express.mjs'
import { startFacilitator } from './facilitator.mjs'
import { USDC, payTo } from './shop.mjs'

function termsFor({ network, recipientAddress, resourceUrl }) {
  const terms = { scheme: 'exact', network, amount: '1000000', payTo: recipientAddress, asset: USDC }
  return { ...terms, resource: resourceUrl, maxTimeoutSeconds: 300, extra: { name: 'USD Coin', version: '2' } }
}

const app = express()
app.post('/accepts', express.json(), ({ body }, response) => {
  response.status(402).json({ x402Version: 2, accepts: [termsFor(body)] })
})

const thirdweb = facilitator({
  client: createThirdwebClient({ secretKey: 'unused' }),
  serverWalletAddress: payTo,
  baseUrl: await startFacilitator(app),
})

serveExpress(async (request, response, next) => {
  const result = await settlePayment({
    resourceUrl: `${request.protocol}://${request.get('host')}${request.originalUrl}`,
    method: request.method,
    paymentData: request.get('payment-signature') ?? request.get('x-payment'),
    payTo,
    network: base,
    price: '$1.00',
    facilitator: thirdweb,
  })
  // Not `response.set`, as in thirdweb's documentation, which would overwrite what CORS exposes.
  for (const [name, value] of Object.entries(result.responseHeaders)) response.append(name, value)
  if (result.status === 200) return next()
  response.status(result.status).json(result.responseBody)
})
