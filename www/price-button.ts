import { type Client, isImagineError, type Quote } from 'imagine-x402'
import { byId } from './dom'
import { wordsFor } from './error-words'
import type { RequestForm } from './request-form'
import { money } from './words'

const DEBOUNCE_MS = 400
/** A price older than this is asked for again at the click, before anything is signed. */
const FRESH_MS = 5 * 60_000

const main = byId('generate', HTMLButtonElement)
const note = byId('price-note', HTMLElement)
const again = byId('price-again', HTMLButtonElement)

/** The price of exactly what the form says, on the button. No price, no click. */
export class PriceButton {
  private quote: Quote | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private asking: AbortController | null = null
  private busy = false
  /** Set once asking for the price has started a job: from then on only a click asks. */
  private free = false

  constructor(
    private readonly client: Client,
    private readonly form: RequestForm,
    private readonly onAccepted: (quote: Quote) => void,
  ) {
    again.addEventListener('click', () => void this.ask())
  }

  /** The form changed: the price shown no longer holds. */
  changed(): void {
    this.forget()
    if (this.busy) return
    if (this.free) return this.offerToAsk('This service takes requests without payment: asking for the price starts the job.')
    if (!this.form.read()) return this.draw('Generate', 'Fill in the form to see the price.')
    this.draw('Getting the price…')
    this.timer = setTimeout(() => void this.ask(), DEBOUNCE_MS)
  }

  /** The quote shown on the button, to be paid as it is; null if it has to be looked at again first. */
  async take(): Promise<Quote | null> {
    const shown = this.quote
    if (!shown || Date.now() - shown.quotedAt < FRESH_MS) return shown
    await this.ask()
    if (this.quote?.price.atomic === shown.price.atomic) return this.quote
    if (this.quote) note.textContent = `The price has changed from ${money(shown.price)}. Press again to accept the new one.`
    return null
  }

  start(): void {
    this.forget()
    this.busy = true
    this.draw('Working…')
  }

  /** A quote is for one purchase: after each there is a new one. */
  end(): void {
    this.busy = false
    this.changed()
  }

  private forget(): void {
    clearTimeout(this.timer)
    this.asking?.abort()
    this.quote = null
  }

  private async ask(): Promise<void> {
    this.forget()
    const request = this.form.read()
    if (!request) return this.changed()
    const asking = this.asking = new AbortController()
    this.draw('Getting the price…')
    try {
      const quote = await this.client.quote(request, { signal: asking.signal })
      if (asking.signal.aborted) return
      this.free = Boolean(quote.accepted)
      if (this.free) return this.onAccepted(quote)
      this.quote = quote
      this.draw(`Generate for ${money(quote.price)}`)
    } catch (error) {
      if (!asking.signal.aborted) this.fail(error)
    }
  }

  private fail(error: unknown): void {
    const code = isImagineError(error) ? error.code : 'unexpected'
    const { title, advice } = wordsFor(code)
    this.offerToAsk(`${title}. ${advice}`)
  }

  private offerToAsk(why: string): void {
    this.draw('No price yet', why)
    again.hidden = false
  }

  private draw(label: string, text = ''): void {
    main.textContent = label
    main.setAttribute('aria-disabled', String(!this.quote))
    note.textContent = text
    again.hidden = true
  }
}
