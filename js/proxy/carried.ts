/** What is carried over, in either direction. */
import { bounded } from './bounded.js'
import { PAYMENTS, type Endpoint } from './endpoint.js'
import { refusal } from './refusal.js'

/** Headers of an answer that a page needs: terms, receipt, and when to ask again. */
export const SHOWN = ['payment-required', 'payment-response', 'x-payment-response', 'retry-after'] as const

/** Prices, tasks and refusals are short; a result may contain the video itself. The library reads no more than this. */
const LONGEST = { create: 0x8_0000, models: 0x8_0000, status: 0x1000_0000 } as const

/** The length spares services that cannot read chunked requests; runtimes that set it themselves ignore this one. */
const SENT = { create: ['content-type', 'content-length', ...PAYMENTS], status: [], models: [] } as const

/** The headers of a request that the service gets. */
export const sent = (headers: Headers, { name }: Endpoint): Headers => picked(headers, SENT[name])

function picked(headers: Headers, names: readonly string[]): Headers {
  const found = new Headers()
  for (const name of names) {
    const value = headers.get(name)
    if (value !== null) found.set(name, value)
  }
  return found
}

/** The service's answer, with its status, its body and the headers that matter. `money` is said where it redirects. */
export function relayed(answer: Response, endpoint: Endpoint, money: string): Response {
  const { status } = answer
  if (answer.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    void answer.body?.cancel().catch(() => {})
    return refusal(502, `the service redirects (${status}), and this proxy follows no redirect; ${money}`)
  }
  const headers = picked(answer.headers, SHOWN)
  // It arrives from the page's own origin: opened by itself, nothing in it may run.
  headers.set('content-type', isJson(answer.headers) ? 'application/json' : 'text/plain; charset=utf-8')
  headers.set('x-content-type-options', 'nosniff')
  headers.set('content-security-policy', "default-src 'none'; sandbox")
  const hasBody = status !== 204 && status !== 205
  return new Response(hasBody ? bounded(answer.body, LONGEST[endpoint.name]) : null, { status, headers })
}

const isJson = (headers: Headers): boolean =>
  /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(headers.get('content-type') ?? '')
