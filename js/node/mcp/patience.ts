/** How long a call looks for what became of a payment, before it answers that this is not known yet. */
import type { Extra } from './tool.js'

/** Also for a call that does not wait for its video. */
const LEAST_SECONDS = 20

export class Patience {
  /** Aborts when the client cancels the call, or its patience is over. */
  readonly signal: AbortSignal
  readonly #over = new AbortController()
  readonly #ms: number

  constructor({ signal }: Extra, seconds: number) {
    this.signal = AbortSignal.any([signal, this.#over.signal])
    this.#ms = Math.max(seconds, LEAST_SECONDS) * 1_000
  }

  /** From now on. What a user takes to answer before is not counted. */
  begin(): void {
    setTimeout(() => this.#over.abort(), this.#ms).unref()
  }
}
