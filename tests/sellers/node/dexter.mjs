// Dexter's middleware for Express. The sandbox's facilitator stands in for Dexter's; its `/supported` is ours, since
// the middleware takes the token's EIP-712 domain from there.
import { x402Middleware } from '@dexterai/x402/server'
import express from 'express'
import { serveExpress } from './express.mjs'
import { startFacilitator } from './facilitator.mjs'
import { USDC, payTo } from './shop.mjs'

const network = 'eip155:8453'
const extra = { name: 'USD Coin', version: '2' }

const app = express()
app.get('/supported', (_, response) => response.json({ kinds: [{ x402Version: 2, scheme: 'exact', network, extra }] }))
const facilitatorUrl = await startFacilitator(app)

const asset = { address: USDC, decimals: 6 }
serveExpress(x402Middleware({ payTo, amount: '1.00', network, asset, facilitatorUrl }))
