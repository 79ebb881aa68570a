/**
 * A proxy on a page's own origin, for services whose answers a browser hides from pages (their CORS does not expose the
 * headers of x402, or allows no page at all). It runs wherever `Request` and `Response` are web standards.
 */
import { relayed, sent } from './proxy/carried.js'
import { permitted, preflight, type Permission } from './proxy/cors.js'
import { endpointOf, METHODS, type Endpoint } from './proxy/endpoint.js'
import { readProxyOptions, type Settings } from './proxy/settings.js'
import { refusal, UNTOUCHED } from './proxy/refusal.js'
import { upload, type Upload } from './proxy/upload.js'

/** What a proxy forwards, to where, and for whom. */
export interface ProxyOptions {
  /**
   * The service's address, to which `/generation/…` is appended: https, or http on this machine. It is the only address
   * that is ever called.
   */
  target: string | URL
  /** `'private'`: the target may also be http on a private network (10/8, 172.16/12, 192.168/16, `*.local`). */
  http?: 'private' | undefined
  /** Origins of other pages that may use this proxy, such as `'https://my.app'`. Default: only pages of its own origin. */
  origins?: readonly string[] | undefined
  /** The longest request body in bytes. Default: 32 MiB. */
  maxBytes?: number | undefined
  /**
   * Called before anything is forwarded. A `Response` is sent in place of the service's; one that throws, or returns
   * anything else than `undefined`, refuses the request with status 500.
   */
  onRequest?: ((request: ProxiedRequest) => Response | undefined | Promise<Response | undefined>) | undefined
}

/** A request that is about to be forwarded. Its body, which is streamed, is not part of it. */
export interface ProxiedRequest {
  /** Which of the three endpoints it is for. */
  readonly endpoint: 'create' | 'status' | 'models'
  /** Whether it carries a payment. To refuse such a request does not lose the payment, but leaves the visitor waiting. */
  readonly isPaid: boolean
  /** The address at which it arrived. */
  readonly url: string
  /** Every header that it came with, of which only those of x402 and the content type are forwarded. */
  readonly headers: Headers
}

/**
 * Creates a handler that forwards `POST /generation/create`, `GET /generation/{id}/status` and `GET
 * /generation/models`, below any path, to one fixed service. Everything else is refused. Of headers, only those of x402,
 * the content type and `Retry-After` are passed on. Redirects are not followed.
 *
 * @param options the service, and who may use the proxy
 * @returns a handler for `Request`s, as frameworks and edge runtimes call one
 * @throws TypeError if an option is wrong or unknown
 * @example
 * ```ts
 * const proxy = createProxy({ target: 'https://eliza.getimagine.club' })
 * ```
 */
export function createProxy(options: ProxyOptions): (request: Request) => Promise<Response> {
  const settings = readProxyOptions(options)
  return async (request) => {
    const permission = permitted(request, settings.origins)
    return permission.onto(await answer(request, settings, permission))
  }
}

async function answer(request: Request, settings: Settings, permission: Permission): Promise<Response> {
  if (!permission.isGranted)
    return refusal(
      403,
      `this proxy does not serve pages of that origin, which its \`origins\` do not list; ${UNTOUCHED}`,
    )
  const endpoint = endpointOf(request.url)
  // Not 404, which the library would read as the service's word that there is no such task.
  if (!endpoint) return refusal(400, `this proxy forwards only ${FORWARDED}; ${UNTOUCHED}`)
  const method = METHODS[endpoint.name]
  if (request.method === 'OPTIONS' && permission.isPreflight) return preflight(method)
  if (request.method !== method) return refusal(405, `this path takes ${method}; ${UNTOUCHED}`, { allow: method })
  const body = upload(request, endpoint, settings.maxBytes)
  if (body.isTooLong()) return tooLong(settings, UNTOUCHED)
  return (await refused(request, endpoint, settings)) ?? forward(request, endpoint, body, settings)
}

const FORWARDED = 'POST /generation/create, GET /generation/{id}/status and GET /generation/models'

/** What the page's own server says against a request. Whatever goes wrong there forwards nothing. */
async function refused(request: Request, endpoint: Endpoint, { onRequest }: Settings): Promise<Response | undefined> {
  try {
    const headers = new Headers(request.headers)
    const about = { endpoint: endpoint.name, isPaid: endpoint.isPaid(headers), url: request.url, headers }
    const said = await onRequest?.(about)
    if (said === undefined || (said instanceof Response && said.type !== 'error')) return said
    throw new TypeError('`onRequest` returns a Response or undefined')
  } catch (error) {
    console.error('imagine-x402/proxy: `onRequest` failed', error)
    return refusal(500, `this proxy could not decide about the request; ${UNTOUCHED}`)
  }
}

/**
 * There is no timeout: a service may take minutes to settle. When the page goes away, a request with a payment is
 * finished nevertheless, so that the service does not lose track of it.
 */
async function forward(request: Request, endpoint: Endpoint, body: Upload, settings: Settings): Promise<Response> {
  const isPaid = endpoint.isPaid(request.headers)
  try {
    const init: RequestInit & { duplex?: 'half' } = {
      ...uncached(),
      method: METHODS[endpoint.name],
      headers: sent(request.headers, endpoint),
      redirect: 'manual',
      ...(body.stream && { body: body.stream, duplex: 'half' }),
      ...(!isPaid && { signal: request.signal }),
    }
    return relayed(await fetch(settings.target + endpoint.path, init), endpoint, isPaid ? OPEN : UNPAID)
  } catch (error) {
    if (body.isTooLong()) return tooLong(settings, isPaid ? `a part of it was forwarded, and ${OPEN}` : UNPAID)
    if (!request.signal.aborted) console.error('imagine-x402/proxy: the service did not answer', error)
    return refusal(502, `the service could not be reached, or broke off; ${isPaid ? OPEN : UNPAID}`)
  }
}

const OPEN = 'whether it has taken the payment is not known'
const UNPAID = 'no payment was sent with it'

const tooLong = ({ maxBytes }: Settings, money: string): Response =>
  refusal(413, `the request is longer than the ${maxBytes} bytes that this proxy takes; ${money}`)

/** Some frameworks keep answers unless told not to; some edge runtimes do not know the option, and keep none. */
function uncached(): RequestInit {
  const init: RequestInit = { cache: 'no-store' }
  try {
    new Request('https://service.test', init)
    return init
  } catch {
    return {}
  }
}
