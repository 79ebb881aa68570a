import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { CREATE, STATUS, accept, exposeHeaders, statusOf } from './shop.mjs'

/** Serves the job behind the payment middleware, and prints the address. */
export function serveHono(payment) {
  const app = new Hono()
  app.use(exposeHeaders.length > 0 ? cors({ origin: '*', exposeHeaders }) : cors())
  app.use(CREATE, payment)
  app.post(CREATE, async (context) => context.json(accept(await context.req.json()), 202))
  app.get(STATUS, (context) => {
    const [code, body] = statusOf(context.req.param('id'))
    return context.json(body, code)
  })
  serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log(`http://127.0.0.1:${port}`))
}
