import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { policy } from './policy.mjs'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
  '.mp4': 'video/mp4',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

const COMPRESSIBLE = /^(text\/|application\/json|image\/svg)/

const headersFor = (path, csp) => ({
  'content-security-policy': csp,
  // Stricter would cut smart wallets off from the window they open.
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // The name of an asset changes with what is in it.
  'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
})

/** Serves the built page on this machine only; with a sandbox, tells the page about it. */
export async function servePage({ dir, sandbox, port = 0 }) {
  const csp = policy(await readFile(join(dir, 'index.html'), 'utf8'), { local: Boolean(sandbox) })
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://127.0.0.1')
    answer(request, decodeURIComponent(pathname), dir, sandbox)
      .catch(() => ({ status: 404, type: 'text/plain', body: Buffer.from('Not found') }))
      .then(({ status = 200, type, body, headers }) => {
        response.writeHead(status, {
          ...headersFor(pathname, csp),
          'content-type': type,
          'content-length': body.length,
          ...headers,
        })
        response.end(request.method === 'HEAD' ? undefined : body)
      })
  })
  const bound = await listen(server, port)
  return {
    url: `http://127.0.0.1:${bound}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer({ method, headers }, path, dir, sandbox) {
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, type: 'text/plain', body: Buffer.from('Method not allowed') }
  // Normalised from the root, a path cannot climb out of the folder.
  const name = normalize(path.endsWith('/') ? `${path}index.html` : path)
  const type = TYPES[extname(name)]
  if (!type) throw new Error('not a file of the page')
  const file = await readFile(join(dir, name))
  const body = sandbox && name === '/index.html' ? Buffer.from(describe(file.toString(), sandbox)) : file
  if (headers.range) return part(body, type, headers.range)
  // Beside a sandbox nothing crosses a wire.
  return !sandbox && COMPRESSIBLE.test(type) && /\bbr\b/.test(headers['accept-encoding'] ?? '')
    ? compressed(body, type)
    : { type, body }
}

function compressed(body, type) {
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }
  return {
    type,
    body: brotliCompressSync(body, options),
    headers: { 'content-encoding': 'br', vary: 'accept-encoding' },
  }
}

/** Players ask for a video piece by piece. */
function part(body, type, range) {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? []
  if (first === undefined || Number(first) >= body.length) return { type, body }
  const end = Math.min(last ? Number(last) : body.length - 1, body.length - 1)
  const headers = { 'accept-ranges': 'bytes', 'content-range': `bytes ${first}-${end}/${body.length}` }
  return { status: 206, type, body: body.subarray(Number(first), end + 1), headers }
}

/** The header speaks for the page here: the `<meta>` of the static build would keep it from the sandbox. */
function describe(html, sandbox) {
  const { apiUrl, rpcUrl, mediaUrl, controlUrl, chainId, token, payTo, payer } = sandbox
  const about = JSON.stringify({ apiUrl, rpcUrl, mediaUrl, controlUrl, chainId, token, payTo, payer }).replaceAll(
    '"',
    '&quot;',
  )
  return html
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>\s*/, '')
    .replace('<meta name="sandbox" content="">', () => `<meta name="sandbox" content="${about}">`)
}

/** The port asked for, or the next free one. */
async function listen(server, port, tries = 20) {
  try {
    await new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
    return server.address().port
  } catch (error) {
    server.removeAllListeners('error')
    if (error.code !== 'EADDRINUSE' || tries <= 1) throw error
    return listen(server, port + 1, tries - 1)
  }
}
