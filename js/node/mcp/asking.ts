/** Asks the user before a price above the limit from which on to ask. */
import type { PricedQuote } from 'imagine-x402'
import { isAbove } from './limits.js'
import type { Context } from './tool.js'

/** How long a user may take to answer. */
const PATIENCE_MS = 10 * 60_000
/** Letters of the prompt that the user is shown. */
const LONGEST = 200

export class Asking {
  readonly #context: Context
  /** Why nothing was bought. */
  reason: string | undefined

  constructor(context: Context) {
    this.#context = context
  }

  readonly confirm = async ({ price, payTo, request }: PricedQuote): Promise<boolean> => {
    const { limits, server, extra } = this.#context
    const { askAbove } = limits
    if (askAbove === undefined || !isAbove(price, askAbove)) return true
    const what = `the price of ${price.amount} ${price.symbol} is above ${askAbove}`
    if (!server.getClientCapabilities()?.elicitation?.form) {
      return this.#refuse(`${what}, and this client cannot ask its user`)
    }
    const message = `Pay ${price.amount} ${price.symbol} to ${payTo} for a video of “${shown(request.prompt)}”?`
    const question = { message, requestedSchema: { type: 'object' as const, properties: {} } }
    const options = { signal: extra.signal, timeout: PATIENCE_MS }
    try {
      const { action } = await server.elicitInput(question, options)
      return action === 'accept' || this.#refuse(`${what}, and the user said no (${action})`)
    } catch {
      return this.#refuse(`${what}, and the user was not reached`)
    }
  }

  #refuse(reason: string): false {
    this.reason = reason
    return false
  }
}

/** On one line, without what would pass for words of this server. */
const shown = (prompt: string): string => prompt.replace(/[\p{Cc}\p{Cf}\s“”]+/gu, ' ').slice(0, LONGEST)
