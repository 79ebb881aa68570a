import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { stopServer } from './static-server.mjs'

/**
 * A mock by need: the real seller does not misbehave on request, this one answers whatever the test wrote down.
 *
 * An answer is `{ status, headers, body, cut, endless }` (an object as body is sent as JSON; `cut` drops the connection
 * after the body, `endless`, which is given the connection, sends it again until the client has had enough), 'drop'
 * (the connection breaks without an answer), 'hang' (no answer ever), a function of the request that gives one or a
 * promise of one, or an array of these, of which the last one repeats.
 *
 * Each request gets a connection of its own unless `keepAlive`: Chromium silently sends a request again when a
 * connection that it used before breaks, and then the number of requests would not be the library's.
 */
export async function startStubSeller({ keepAlive = false } = {}) {
  const requests = []
  const arrivals = new EventEmitter()
  let script = {}

  const server = createServer(async (request, response) => {
    response.setHeaders(new Map(Object.entries(CORS)))
    if (!keepAlive) response.setHeader('connection', 'close')
    if (request.method === 'OPTIONS') return response.writeHead(204).end()
    const received = await record(request)
    requests.push(received)
    arrivals.emit('request')
    give(await next(script, kindOf(received), received), response)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    /** Resolves as soon as such a request has come in. */
    async received(matches) {
      while (!requests.some(matches)) await once(arrivals, 'request')
    },
    /** From now on: `{ probe, paid, status }` for the unpaid POST, the paid POST and every GET. */
    answer(answers) {
      script = Object.fromEntries(Object.entries(answers).map(([kind, answer]) => [kind, [answer].flat()]))
    },
    /** Breaks all connections. */
    cut: () => server.closeAllConnections(),
    stop: () => stopServer(server),
  }
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'accept, content-type, x-payment, payment-signature',
  'access-control-expose-headers': 'x-payment-response, payment-response, payment-required, retry-after',
}

const NOT_FOUND = { status: 404, body: { status: 'not_found' } }

async function record(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const { method, headers } = request
  const payment = headers['x-payment'] ?? headers['payment-signature']
  const { pathname: path } = new URL(request.url, 'http://loopback')
  return { method, path, headers, payment, paid: payment !== undefined, body: Buffer.concat(chunks).toString() }
}

function kindOf({ method, paid }) {
  if (method === 'GET') return 'status'
  return paid ? 'paid' : 'probe'
}

function next(script, kind, request) {
  const queue = script[kind] ?? [NOT_FOUND]
  const answer = queue.length > 1 ? queue.shift() : queue[0]
  return typeof answer === 'function' ? answer(request) : answer
}

function give(answer, response) {
  if (answer === 'hang') return
  if (answer === 'drop') return response.destroy()
  const { status = 200, headers = {}, body = '', cut = false, endless } = answer
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json'
  if (endless) {
    endless(response.socket)
    return repeat(text, response.writeHead(status, headers))
  }
  const length = Buffer.byteLength(text) + (cut ? 100 : 0)
  response.writeHead(status, { 'content-type': type, 'content-length': length, ...headers })
  if (!cut) return response.end(text)
  response.write(text, () => setTimeout(() => response.destroy(), 50)) // let the first bytes leave
}

function repeat(text, response) {
  while (!response.destroyed && response.write(text));
  if (!response.destroyed) response.once('drain', () => repeat(text, response))
}

/** A good 402 of the service's own kind, on the sandbox's chain. Overrides go into its one offer. */
export const paymentRequired = (sandbox, offer = {}) => ({
  status: 402,
  body: {
    x402Version: 1,
    error: 'X-PAYMENT header is required',
    accepts: [
      {
        scheme: 'exact',
        network: sandbox.chainId === 84532 ? 'base-sepolia' : 'base',
        maxAmountRequired: '1000000',
        resource: 'https://seller.test/generation/create',
        description: 'A video',
        mimeType: '',
        payTo: sandbox.payTo,
        maxTimeoutSeconds: 60,
        asset: sandbox.token,
        outputSchema: null,
        extra: { name: sandbox.chainId === 84532 ? 'USDC' : 'USD Coin', version: '2' },
        ...offer,
      },
    ],
  },
})

export const accepted = (taskId) => ({ status: 202, body: { taskId } })

export const completed = {
  status: 200,
  body: {
    status: 'completed',
    result: {
      generation: { text: 'a boat', video: { url: 'https://media.test/boat.mp4' } },
      templateData: { duration: 8 },
    },
  },
}

export const html = (status) => ({ status, body: '<!doctype html><title>gateway</title><h1>sorry</h1>' })
