// A service behind a proxy: what arrives there, to the letter, and what it answers.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { stopServer } from '../browser/static-server.mjs'

/** `answer(response, request)` answers; by default with an accepted task. Requests are kept once they begin. */
export async function startUpstream() {
  const requests = []
  const upstream = { requests, answer: (response) => reply(response, 202, { taskId: 'task-1' }) }
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request
    const received = { method, url, headers, body: '', whole: false }
    requests.push(received)
    server.emit('received')
    if (upstream.early) return upstream.early(response, request)
    try {
      for await (const chunk of request) received.body += chunk
    } catch {
      return
    }
    received.whole = true
    upstream.answer(response, received)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(upstream, {
    url: `http://127.0.0.1:${server.address().port}`,
    received: () => once(server, 'received'),
    stop: () => stopServer(server),
  })
}

export function reply(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
}
