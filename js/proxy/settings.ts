/** The options of a proxy, checked. */
import { named } from '../named.js'
import type { ProxyOptions } from '../proxy.js'

export interface Settings {
  /** Without a trailing slash. */
  target: string
  origins: readonly string[]
  maxBytes: number
  onRequest: ProxyOptions['onRequest']
}

const NAMES = ['target', 'http', 'origins', 'maxBytes', 'onRequest']
const DEFAULT_MAX_BYTES = 32 * 2 ** 20

export function readProxyOptions(given: ProxyOptions): Settings {
  const found = named(given, NAMES) as Partial<ProxyOptions>
  const unknown = Object.keys(found).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) throw new TypeError(`\`${unknown}\` is not an option of a proxy`)
  const { target, http, origins = [], maxBytes = DEFAULT_MAX_BYTES, onRequest } = found
  if (http !== undefined && http !== 'private') throw new TypeError('`http` takes "private"')
  if (!Array.isArray(origins) || !origins.every(isOrigin))
    throw new TypeError('`origins` takes a list of origins such as "https://my.app", without a path')
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1)
    throw new TypeError('`maxBytes` takes a whole number of bytes from 1')
  if (onRequest !== undefined && typeof onRequest !== 'function') throw new TypeError('`onRequest` takes a function')
  return { target: addressOf(target, http === 'private'), origins: [...origins], maxBytes, onRequest }
}

const isOrigin = (text: unknown): boolean => typeof text === 'string' && urlOf(text)?.origin === text

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function addressOf(target: unknown, takesPrivate: boolean): string {
  const url = urlOf(String(target))
  const isClean = url && !url.username && !url.password && !url.search && !url.hash
  if (!isClean || !(url.protocol === 'https:' || (url.protocol === 'http:' && isNear(url.hostname, takesPrivate))))
    throw new TypeError(
      '`target` takes the https address of a service (http only on this machine or, with `http: "private"`, on a private network)',
    )
  return url.href.replace(/\/+$/, '')
}

/** The core's rule (`BaseUrl`) for hosts that may be called without TLS, of a URL that was parsed. */
const isNear = (host: string, takesPrivate: boolean): boolean =>
  LOOPBACK.includes(host) || (takesPrivate && PRIVATE.test(host))

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const PRIVATE =
  /^(?:10(?:\.\d+){3}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|192\.168(?:\.\d+){2}|[a-z\d.-]*[a-z\d-]\.local)$/
