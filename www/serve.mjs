import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
}

const HEADERS = {
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "connect-src 'self' http://127.0.0.1:* https:",
    "img-src 'self' http: https: data: blob:",
    "media-src 'self' http: https: data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  // Stricter would cut smart wallets off from the window they open.
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** Serves the built page on this machine only; with a sandbox, tells the page about it. */
export async function servePage({ dir, sandbox, port = 0 }) {
  const server = createServer((request, response) => {
    answer(request, dir, sandbox)
      .catch(() => ({ status: 404, type: 'text/plain', body: 'Not found' }))
      .then(({ status = 200, type, body }) => {
        response.writeHead(status, { ...HEADERS, 'content-type': type })
        response.end(request.method === 'HEAD' ? undefined : body)
      })
  })
  const bound = await listen(server, port)
  return {
    url: `http://127.0.0.1:${bound}/`,
    stop: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

async function answer({ method, url }, dir, sandbox) {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: 'text/plain', body: 'Method not allowed' }
  const path = decodeURIComponent(new URL(url, 'http://127.0.0.1').pathname)
  if (path === '/sandbox.json') return describe(sandbox)
  // Normalised from the root, a path cannot climb out of the folder.
  const name = normalize(path.endsWith('/') ? `${path}index.html` : path)
  const type = TYPES[extname(name)]
  if (!type) throw new Error('not a file of the page')
  return { type, body: await readFile(join(dir, name)) }
}

function describe(sandbox) {
  if (!sandbox) return { status: 404, type: 'application/json', body: 'null' }
  const { apiUrl, rpcUrl, mediaUrl, chainId, token, payTo, payer } = sandbox
  return { type: 'application/json', body: JSON.stringify({ apiUrl, rpcUrl, mediaUrl, chainId, token, payTo, payer }) }
}

/** The port asked for, or the next free one. */
async function listen(server, port, tries = 20) {
  try {
    await new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => { server.off('error', reject); resolve(); })
    })
    return server.address().port
  } catch (error) {
    server.removeAllListeners('error')
    if (error.code !== 'EADDRINUSE' || tries <= 1) throw error
    return listen(server, port + 1, tries - 1)
  }
}
