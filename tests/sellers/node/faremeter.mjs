// Faremeter's middleware for Hono with Faremeter's own facilitator. The argument is the version of x402.
import { createMiddleware } from '@faremeter/middleware/hono'
import { createFacilitatorHandler } from '@faremeter/payment-evm/exact'
import { base } from 'viem/chains'
import { serveHono } from './hono.mjs'
import { USDC, payTo } from './shop.mjs'

const { RPC_URL, FACILITATOR_KEY } = process.env
const network = 'eip155:8453'

const chain = { ...base, rpcUrls: { default: { http: [RPC_URL] } } }
// The middleware asks a facilitator for its capabilities, and this one does not state them.
const facilitator = {
  ...(await createFacilitatorHandler(chain, FACILITATOR_KEY, 'USDC')),
  capabilities: { networks: [network], assets: [USDC] },
  schemes: ['exact'],
}
const isSecond = process.argv[2] === '2'

serveHono(
  await createMiddleware({
    x402Handlers: [facilitator],
    pricing: [{ network, asset: USDC, recipient: payTo, amount: '1000000' }],
    supportedVersions: { x402v1: !isSecond, x402v2: isSecond },
  }),
)
