/** The requests of one call of the library. */
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

/** A request that was sent. */
export interface Sending {
  /** What the page's `fetch` gives. */
  response: Promise<unknown>
  /** Resolves once nobody wants the answer any more. */
  calledOff: Promise<void>
  /** Ends it, with the answer, if there is one. */
  end: (answer?: Answer) => void
}

interface Ends {
  /** What is sent for a body of the core. */
  compose?: (body: string) => Promise<BodyInit>
  /** Is told the answer to each request, or that there is none. */
  hear?: (answer?: Answer) => void
}

export class Transport {
  readonly #underWay = new Set<() => void>()
  readonly #ends: Ends

  constructor(ends: Ends = {}) {
    this.#ends = ends
  }

  /** Sends a request. What is final, as a payment is, is never called back. */
  readonly send: Call['send'] = (url, init, text, final) => {
    const { compose: write = compose, hear } = this.#ends
    const calling = final ? undefined : new AbortController()
    let callOff = () => {}
    const calledOff = new Promise<void>((resolve) => (callOff = resolve))
    this.#underWay.add(callOff)
    const request = async () => {
      const body = text ? { body: await write(text) } : {}
      return fetch(url, { ...init, ...body, ...(calling && { signal: calling.signal }) })
    }
    const end = (answer?: Answer) => {
      this.#underWay.delete(callOff)
      hear?.(answer)
      // What waits for a promise stays in memory until it settles.
      callOff()
      quietly(() => calling?.abort())
    }
    return { response: request(), calledOff, end }
  }

  /** Nobody wants the answers any more that are still to come. */
  readonly callOff = (): void => {
    for (const callOff of this.#underWay) callOff()
  }
}

/** What is longer is cut off, and the rest is not fetched. */
export async function readBody(response: Response, most: number): Promise<string> {
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
