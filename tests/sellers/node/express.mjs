import cors from 'cors'
import express from 'express'
import { CREATE, STATUS, accept, exposeHeaders, statusOf } from './shop.mjs'

/** Serves the job behind the payment middleware, and prints the address. */
export function serveExpress(payment) {
  const app = express()
  app.use(exposeHeaders.length > 0 ? cors({ exposedHeaders: exposeHeaders }) : cors(), express.json())
  app.post(CREATE, payment, ({ body }, response) => response.status(202).json(accept(body)))
  app.get(STATUS, ({ params }, response) => {
    const [code, body] = statusOf(params.id)
    response.status(code).json(body)
  })
  const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
}
