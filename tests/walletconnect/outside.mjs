// Requests that leave this machine: WalletConnect's packages know several servers of their own.
import { subscribe } from 'node:diagnostics_channel'

/** Returns the list of addresses beyond this machine that a page requests from now on. */
export function watchPage(page) {
  const urls = []
  const note = (request) => isOutside(request.url()) && urls.push(request.url())
  page.on('request', note)
  page.on('websocket', note)
  return urls
}

/** Returns the list of addresses beyond this machine that this process requests from now on. */
export function watchProcess() {
  const urls = []
  const note = (url) => isOutside(url) && urls.push(url)
  subscribe('undici:request:create', ({ request: { origin, path } }) => note(`${origin}${path}`))
  subscribe('http.client.request.start', ({ request: { protocol, host, path } }) => note(`${protocol}//${host}${path}`))
  return urls
}

/** `blob:` and `data:` have no host. */
const isOutside = (url) => !['', '127.0.0.1'].includes(new URL(url).hostname)
