import { type FreeQuote, isImagineError, type PricedQuote } from 'imagine-x402'
import type { Connection } from '../connection'
import { wordsFor } from '../outcome/error-words'
import { byId, hash } from '../ui/dom'
import { money, networkName, short } from '../ui/words'
import type { RequestForm } from './request-form'

const DEBOUNCE_MS = 400
/** A price older than this is asked for again at the click, before anything is signed. */
const FRESH_MS = 5 * 60_000
const ASKING = 'Getting the price…'

const main = byId('generate', HTMLButtonElement)
const note = byId('price-note', HTMLElement)
const payee = byId('payee', HTMLElement)
const again = byId('price-again', HTMLButtonElement)

interface Listener {
  /** The service took the request without asking for money. */
  accepted(quote: FreeQuote): void
  /** Returns what stands against it already. */
  priced(quote: PricedQuote): string | undefined
  failed(error: unknown): void
}

/** The price of exactly what the form says, on the button. No price, no click. */
export class PriceButton {
  readonly #connection: Connection
  readonly #form: RequestForm
  readonly #listener: Listener
  #quote: PricedQuote | null = null
  /** The one that was last paid, or tried to be. */
  #taken: PricedQuote | null = null
  #isAsking = false
  /** Resolve once there is a price, or none. */
  #waiting: (() => void)[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #asking: AbortController | null = null
  #busy = false
  /** Set once asking for the price has started a job: from then on only a click asks. */
  #free = false

  constructor(connection: Connection, form: RequestForm, listener: Listener) {
    this.#connection = connection
    this.#form = form
    this.#listener = listener
    again.addEventListener('click', () => void this.ask())
  }

  /** The form changed: the price shown no longer holds. */
  changed(delay = DEBOUNCE_MS): void {
    this.#forget()
    if (this.#busy) return
    if (this.#free) this.#offerToAsk()
    else if (!this.#form.read()) this.#draw('Generate', 'Fill in the form to see the price.')
    else {
      this.#draw(ASKING)
      this.#timer = setTimeout(() => void this.ask(), delay)
    }
  }

  /** The quote shown on the button, to be paid as it is; null if it has to be looked at again first. */
  async take(): Promise<PricedQuote | null> {
    const shown = this.#quote
    if (!shown) return null
    if (Date.now() - shown.quotedAt < FRESH_MS) return (this.#taken = shown)
    await this.ask()
    return this.#ifUnchanged(shown)
  }

  /** The quote for the same once more, which may still be on its way; null unless its price is that of before. */
  async takeAgain(): Promise<PricedQuote | null> {
    if (this.#isAsking) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.#taken ? this.#ifUnchanged(this.#taken) : this.take()
  }

  #ifUnchanged({ price }: PricedQuote): PricedQuote | null {
    if (this.#quote?.price.atomic === price.atomic) return (this.#taken = this.#quote)
    if (this.#quote) note.textContent = `The price has changed from ${money(price)}. Press again to accept the new one.`
    return null
  }

  start(): void {
    this.#forget()
    this.#busy = true
    this.#draw('Working…')
  }

  /** A quote is for one purchase: after each there is a new one. */
  end(): void {
    this.#busy = false
    this.changed()
  }

  async ask(): Promise<void> {
    this.#forget()
    const request = this.#form.read()
    if (!request) return this.changed()
    const asking = (this.#asking = new AbortController())
    this.#draw(ASKING)
    try {
      const quote = await this.#connection.client.quote(request, { signal: asking.signal })
      if (asking.signal.aborted) return
      this.#free = 'accepted' in quote
      if ('accepted' in quote) return this.#listener.accepted(quote)
      const warning = this.#listener.priced(quote)
      if (quote.problems) return this.#refuse(quote.problems.map(({ message }) => message))
      this.#quote = quote
      this.#draw(`Generate for ${money(quote.price)}`, warning)
      payee.replaceChildren(
        'Paid to ',
        hash('the address that is paid', quote.payTo, short(quote.payTo)),
        ` on ${networkName(quote.network)}, in ${quote.price.symbol}`,
      )
    } catch (error) {
      if (!asking.signal.aborted) this.#fail(error)
    }
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#asking?.abort()
    this.#quote = null
  }

  #fail(error: unknown): void {
    const code = isImagineError(error) ? error.code : 'unexpected'
    const { title, advice } = wordsFor(code)
    this.#draw('No price yet', `${title}. ${advice}`)
    payee.replaceChildren()
    this.#listener.failed(error)
  }

  /** The service says itself that it does not take this. */
  #refuse(problems: string[]): void {
    this.#draw('Not for this request', `The service does not take it: ${problems.join('; ')}.`)
    payee.replaceChildren()
  }

  #offerToAsk(): void {
    this.#draw('No price yet', 'This service takes requests without payment: asking for the price starts the job.')
    again.hidden = false
  }

  #draw(label: string, text = ''): void {
    main.textContent = label
    main.setAttribute('aria-disabled', String(!this.#quote))
    note.textContent = text
    again.hidden = true
    this.#isAsking = label === ASKING
    if (!this.#isAsking) for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
