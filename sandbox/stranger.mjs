import express from 'express'
import { record } from './requests.mjs'
import { cors, listen } from './server.mjs'

/**
 * An origin that no payment is meant for. It lets every request in, so that a client that would send one is found out.
 */
export async function startStranger() {
  const requests = []
  const app = express()
  app.use(
    cors({ methods: 'GET, POST', allow: 'content-type, x-payment, payment-signature', expose: '' }),
    record(requests),
  )
  app.use((_request, response) => response.status(404).json({ error: 'nobody knows you here' }))
  return { ...(await listen(app)), requests }
}
