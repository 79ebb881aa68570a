// The seller of version 2 for Hono, @x402/hono.
import { HTTPFacilitatorClient } from '@x402/core/server'
import { ExactEvmScheme } from '@x402/evm/exact/server'
import { paymentMiddleware, x402ResourceServer } from '@x402/hono'
import { serveHono } from './hono.mjs'
import { CREATE, facilitatorUrl, payTo } from './shop.mjs'

const server = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitatorUrl }))
server.register('eip155:8453', new ExactEvmScheme())
const accepts = { scheme: 'exact', price: '$1.00', network: 'eip155:8453', payTo }
serveHono(paymentMiddleware({ [`POST ${CREATE}`]: { accepts } }, server))
