import { fileURLToPath } from 'node:url'
import { exposeHeaders } from './shop.mjs'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The example under "CORS" in Next's documentation. It does not allow the payment header. */
const STOCK = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': 'Content-Type, Authorization',
}

const EXPOSED = {
  ...STOCK,
  'Access-Control-Allow-Headers': 'Content-Type, X-Payment, Payment-Signature',
  'Access-Control-Expose-Headers': exposeHeaders.join(', '),
}

const headers = Object.entries(exposeHeaders.length > 0 ? EXPOSED : STOCK).map(([key, value]) => ({ key, value }))

/** The configuration of both apps. */
export default {
  headers: async () => [{ source: '/:path*', headers }],
  turbopack: { root: ROOT },
  outputFileTracingRoot: ROOT,
}
