// The seller of version 1 for Hono.
import { paymentMiddleware } from 'x402-hono'
import { serveHono } from './hono.mjs'
import { CREATE, facilitatorUrl, payTo } from './shop.mjs'

const routes = { [`POST ${CREATE}`]: { price: '$1.00', network: 'base' } }
serveHono(paymentMiddleware(payTo, routes, { url: facilitatorUrl }))
