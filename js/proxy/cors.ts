/** Which pages may use the proxy, and what a browser has to be told for that. */
import { PAYMENTS } from './endpoint.js'
import { SHOWN } from './carried.js'

export interface Permission {
  readonly isGranted: boolean
  readonly isPreflight: boolean
  /** The answer, readable by the page that asked. */
  onto(answer: Response): Response
}

/**
 * Pages of the proxy's own origin, and of those that are listed. A request without the header `Origin` is a page's own
 * GET, or from a program, which no CORS keeps away.
 */
export function permitted({ url, headers }: Request, origins: readonly string[]): Permission {
  const origin = headers.get('origin')
  const isListed = origin !== null && origins.includes(origin)
  // Behind a server that ends TLS, `url` may not be the address that the browser knows.
  const isOwn = origin === new URL(url).origin || headers.get('sec-fetch-site') === 'same-origin'
  return {
    isGranted: origin === null || isListed || isOwn,
    isPreflight: isListed && headers.has('access-control-request-method'),
    onto(answer) {
      const told = new Response(answer.body, answer)
      told.headers.set('cache-control', 'no-store')
      if (origins.length > 0) told.headers.append('vary', 'Origin')
      if (isListed) {
        told.headers.set('access-control-allow-origin', origin)
        told.headers.set('access-control-expose-headers', SHOWN.join(', '))
      }
      return told
    },
  }
}

export const preflight = (method: string): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': method,
      'access-control-allow-headers': ['content-type', ...PAYMENTS].join(', '),
      'access-control-max-age': '600',
    },
  })
