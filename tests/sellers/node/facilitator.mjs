import express from 'express'
import { facilitatorUrl } from './shop.mjs'

/** Serves a facilitator with the routes of `app`, which forwards the rest to the sandbox's, and returns its address. */
export async function startFacilitator(app) {
  app.post(['/verify', '/settle'], express.json(), async ({ path, body }, response) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(facilitatorUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })
    response.json(await answer.json())
  })
  const server = await new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server))
  })
  return `http://127.0.0.1:${server.address().port}`
}
