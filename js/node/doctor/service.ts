/** A service as it answers, to requests that say which page they come from. Nothing here pays. */
import { forbidden, isMixed, unreadable, visible, type Wanted } from './cors.js'

const PATIENCE_MS = 5_000
/** An answer is read no further. */
const LONGEST = 2 ** 20

export interface Exchange {
  /** 0 where there was no answer; `text` then says why. */
  status: number
  headers: Headers
  text: string
  /** When it was asked for and answered. */
  askedAt: number
  at: number
}

export interface Service {
  /** Without a trailing slash. */
  readonly url: URL
  readonly origin: string
  /** Whether a page of that origin shares the service's own, so that no CORS applies. */
  readonly isOwn: boolean
  /** Why a browser sends nothing at all, if so. */
  blocks(): string | undefined
  /** Sends a request as a program does, which says from which page it comes. */
  ask(path: string, init?: RequestInit): Promise<Exchange>
  /** Asks as a browser does before a page may post with these headers. Gives why it may not. */
  preflight(headers: readonly string[]): Promise<string | undefined>
  /** Answers a request as a page's `fetch` would, with what a browser lets the page see. */
  asPage(path: string, init: RequestInit): Promise<Response>
}

export function serviceAt(url: URL, origin: string): Service {
  const base = url.href.replace(/\/+$/, '')
  const isOwn = url.origin === origin

  async function ask(path: string, { headers, ...init }: RequestInit = {}): Promise<Exchange> {
    const askedAt = Date.now()
    const sent = new Headers(headers)
    if (!isOwn) sent.set('origin', origin)
    const signal = AbortSignal.timeout(PATIENCE_MS)
    try {
      const answer = await fetch(base + path, { redirect: 'manual', ...init, headers: sent, signal })
      return { status: answer.status, headers: answer.headers, text: await start(answer), askedAt, at: Date.now() }
    } catch (error) {
      return { status: 0, headers: new Headers(), text: reasonOf(error), askedAt, at: Date.now() }
    }
  }

  const blocks = () => (isMixed(url, origin) ? 'a page on https may not call plain http' : undefined)

  async function preflight(headers: readonly string[]): Promise<string | undefined> {
    if (isOwn) return undefined
    const blocked = blocks()
    if (blocked) return blocked
    const wanted: Wanted = { origin, method: 'POST', headers: [...headers].sort() }
    const asked = {
      'access-control-request-method': wanted.method,
      'access-control-request-headers': wanted.headers.join(','),
    }
    const answer = await ask('/generation/create', { method: 'OPTIONS', headers: asked })
    return answer.status === 0 ? 'the preflight is not answered' : forbidden(answer, wanted)
  }

  async function asPage(path: string, init: RequestInit): Promise<Response> {
    const names = [...new Headers(init.headers).keys()]
    if (names.length > 0 && (await preflight(names))) throw new TypeError('Failed to fetch')
    const { status, headers, text } = await ask(path, init)
    const isHidden = !isOwn && (blocks() || unreadable(headers, origin))
    if (isHidden || status === 0 || (status >= 300 && status < 400)) throw new TypeError('Failed to fetch')
    return new Response([204, 205].includes(status) ? null : text, {
      status,
      headers: isOwn ? headers : visible(headers),
    })
  }

  return { url, origin, isOwn, blocks, ask, preflight, asPage }
}

/** Why there was no answer. Node's `fetch` says it in the cause alone. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } }
  return `no answer: ${String(cause?.code ?? cause?.message ?? message).slice(0, 200)}`
}

/** The start of a body, as text. */
async function start(answer: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > LONGEST) break
  }
  return text
}
