import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
}

/**
 * Serves files from a loopback origin.
 * @param mounts `{ '/prefix/': directory, '/exact/path': file }`
 */
export async function serveFiles(mounts) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://loopback').pathname))
    try {
      const body = await readFile(fileOf(path, mounts))
      response.writeHead(200, { 'content-type': TYPES[extname(fileOf(path, mounts))] ?? 'application/octet-stream' })
      response.end(body)
    } catch {
      response.writeHead(404).end(`no ${path}`)
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () => stopServer(server),
  }
}

export function stopServer(server) {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
}

function fileOf(path, mounts) {
  if (Object.hasOwn(mounts, path) && !path.endsWith('/')) return mounts[path]
  const prefix = Object.keys(mounts).find((mount) => mount.endsWith('/') && mount !== '/' && path.startsWith(mount))
  if (prefix) return join(mounts[prefix], path.slice(prefix.length))
  return path === '/' ? mounts['/'] : ''
}
