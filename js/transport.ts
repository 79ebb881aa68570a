/** The requests of one call of the library. */
import { fromBase64 } from './bytes.js'
import { quietly } from './attempt.js'
import type { Call } from './core.js'
import { compose } from './image.js'

/** An answer as the core takes it: the headers of x402 decoded, where CORS shows them. */
export interface Answer {
  status: number
  terms?: string | null
  receipt?: string | null
  retryAfter?: string | null
  body: string
}

/** What came of a request: `status` without `body` when the answer broke off, nothing at all when it is late. */
export type Outcome = Answer | { status?: number; cause?: unknown; calledOff?: true }

interface Ends {
  /** What is sent for a body of the core. */
  compose?: (body: string) => Promise<BodyInit>
  /** Is told what comes of each request. */
  hear?: (outcome: Outcome) => void
}

export class Transport {
  readonly #underWay = new Set<() => void>()
  readonly #ends: Ends

  constructor(ends: Ends = {}) {
    this.#ends = ends
  }

  /**
   * Sends, waits for `patience` milliseconds, and reads at most `most` bytes. What is final, as a payment is, is never
   * called back.
   */
  readonly send: Call['send'] = async (url, init, text, most, late, final) => {
    const calling = new AbortController()
    let callOff = () => {}
    const ended = new Promise<Outcome>((resolve) => (callOff = () => resolve({ calledOff: true })))
    this.#underWay.add(callOff)
    try {
      const { compose: write = compose, hear } = this.#ends
      const whole = async () => ({
        ...init,
        ...(text && { body: await write(text) }),
        ...(!final && { signal: calling.signal }),
      })
      const outcome = await Promise.race([exchange(url, most, whole()), ended, late.then(unheard, unheard)])
      hear?.(outcome)
      return outcome
    } finally {
      this.#underWay.delete(callOff)
      if (!final) quietly(() => calling.abort())
    }
  }

  /** Nobody wants the answers any more that are still to come. */
  readonly callOff = (): void => {
    for (const callOff of this.#underWay) callOff()
  }
}

const unheard = (): Outcome => ({})

/** Pages replace `fetch`: what theirs gives is read as far as it is a response. */
async function exchange(url: string, most: number, init: Promise<RequestInit>): Promise<Outcome> {
  let status: number | undefined
  try {
    const response = await fetch(url, await init)
    const header = (name: string) => response.headers?.get(name)
    status = response.status
    const json = (name: string) => decode(header(name))
    const receipt = json('payment-response') ?? json('x-payment-response')
    return {
      status,
      terms: json('payment-required'),
      receipt,
      retryAfter: header('retry-after'),
      body: await read(response, most),
    }
  } catch (cause) {
    return { cause, ...(status && { status }) }
  }
}

/** Headers of x402 are base64 of UTF-8 JSON. */
function decode(header: string | null | undefined): string | undefined {
  try {
    return header ? new TextDecoder('utf-8', { fatal: true }).decode(fromBase64(header)) : undefined
  } catch {
    return undefined
  }
}

/** What is longer is cut off, and the rest is not fetched. */
async function read(response: Response, most: number): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return response.text()
  const decoder = new TextDecoder()
  let text = ''
  for (let left = most; ; ) {
    const { done, value } = await reader.read()
    if (done || left < value.length) {
      quietly(() => reader.cancel())
      return text + decoder.decode()
    }
    left -= value.length
    text += decoder.decode(value, { stream: true })
  }
}
