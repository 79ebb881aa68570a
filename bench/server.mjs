import { createServer } from 'node:http'
import { stopServer } from '../tests/browser/static-server.mjs'

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'accept, content-type',
  'access-control-max-age': '600',
}

/**
 * A server that pages of any origin may ask.
 * @param answer gives `{ status, body }` for a request and its path
 */
export async function serve(answer) {
  const server = createServer(async (request, response) => {
    response.setHeaders(new Map(Object.entries(CORS)))
    if (request.method === 'OPTIONS') return response.writeHead(204).end()
    const { status, body } = await answer(request, new URL(request.url, 'http://loopback').pathname)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  // A connection that ends between two looks would cost the next one a connection of its own.
  server.keepAliveTimeout = 120_000
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => stopServer(server) }
}

export async function jsonOf(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks))
}
