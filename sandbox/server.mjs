import { once } from 'node:events'

/**
 * Serves an app on a free port of 127.0.0.1.
 * @param {import('express').Express} app
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function listen(app) {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () =>
    new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${server.address().port}`, stop }
}

/**
 * Lets pages in, of every origin unless told otherwise, as a dapp in a browser needs it; answers preflights itself.
 * @param {{ pages?: RegExp, methods: string, allow: string, expose: string }} options
 * @returns {import('express').RequestHandler}
 */
export function cors({ pages, methods, allow, expose }) {
  return (request, response, next) => {
    const origin = pages ? pages.exec(request.get('origin'))?.[0] : '*'
    if (pages) response.vary('Origin')
    if (!origin) return next()
    response.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': expose })
    if (request.method !== 'OPTIONS') return next()
    response.set({
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': allow,
      'Access-Control-Max-Age': '600',
    })
    response.status(204).end()
  }
}
