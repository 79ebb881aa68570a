/**
 * What a browser lets a page see: the rules of the [Fetch standard](https://fetch.spec.whatwg.org/#http-cors-protocol)
 * for requests without credentials.
 */

/** Response headers that every page may read. */
const SAFELISTED = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]
const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST']
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/

/** What a page asks for beyond what every page may send. */
export interface Wanted {
  origin: string
  method: string
  /** The names of request headers that are not safelisted, in lower case. */
  headers: readonly string[]
}

/** Why a page of that origin may not read an answer; `undefined` if it may. */
export function unreadable(headers: Headers, origin: string): string | undefined {
  const allowed = headers.get('access-control-allow-origin')
  if (allowed === '*' || allowed === origin) return undefined
  return allowed === null
    ? 'there is no Access-Control-Allow-Origin'
    : `Access-Control-Allow-Origin is \`${allowed.slice(0, 100)}\``
}

/** Why a preflight forbids the request; `undefined` if it allows it. */
export function forbidden(answer: { status: number; headers: Headers }, wanted: Wanted): string | undefined {
  const { status, headers } = answer
  const why = unreadable(headers, wanted.origin)
  if (why) return why
  if (status < 200 || status > 299) return `the preflight is answered ${status}`
  const methods = listed(headers, 'access-control-allow-methods')
  const names = listed(headers, 'access-control-allow-headers')
  if (!methods || !names) return 'a list of what is allowed is malformed'
  const isMethod =
    SAFELISTED_METHODS.includes(wanted.method) || methods.includes(wanted.method) || methods.includes('*')
  if (!isMethod) return `Access-Control-Allow-Methods lacks ${wanted.method}`
  const allowed = names.map((name) => name.toLowerCase())
  const isAllowed = (name: string) => allowed.includes(name) || (allowed.includes('*') && name !== 'authorization')
  const missing = wanted.headers.filter((name) => !isAllowed(name))
  return missing.length > 0 ? `Access-Control-Allow-Headers lacks ${missing.join(', ')}` : undefined
}

/** Whether a page may read that header of an answer. */
export function exposes(headers: Headers, name: string): boolean {
  if (SAFELISTED.includes(name)) return true
  const exposed = (listed(headers, 'access-control-expose-headers') ?? []).map((item) => item.toLowerCase())
  return exposed.includes(name) || exposed.includes('*')
}

/** The headers that a page sees. */
export const visible = (headers: Headers): Headers =>
  new Headers([...headers].filter(([name]) => exposes(headers, name)))

/** Whether browsers block the request before it is sent: plain http from an https page, except to this machine. */
export function isMixed(url: URL, origin: string): boolean {
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return origin.startsWith('https:') && url.protocol === 'http:' && !isLoopback
}

/** The names in a header; `undefined` if it is malformed, which a browser takes for a refusal. */
function listed(headers: Headers, name: string): string[] | undefined {
  const items = (headers.get(name) ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
  return items.every((item) => TOKEN.test(item)) ? items : undefined
}
