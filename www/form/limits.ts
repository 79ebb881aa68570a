import type { Connection } from '../connection'
import { byId } from '../ui/dom'

const cap = byId('cap', HTMLInputElement)
const budget = byId('budget', HTMLInputElement)
const meter = byId('spent', HTMLMeterElement)
const text = byId('spent-text', HTMLElement)

/** What a purchase, and all of a day, may cost. The library holds and counts both; this shows how much is spent. */
export class Limits {
  readonly #connection: Connection
  /** As decimal text; unknown until it was counted, and where the journal cannot be read. */
  #spent: string | undefined

  constructor(connection: Connection, onChange: () => void) {
    this.#connection = connection
    budget.addEventListener('change', () => {
      if (!budget.checkValidity()) return
      this.#apply()
      onChange()
    })
    this.#apply()
  }

  get cap(): string {
    return cap.value
  }

  raise(to: string): void {
    cap.value = to
  }

  async count(): Promise<void> {
    const state = await this.#connection.client.budget().catch(() => null)
    this.#spent = state?.spent
    this.#draw()
  }

  #apply(): void {
    this.#connection.limit(budget.value)
    this.#draw()
  }

  #draw(): void {
    meter.max = Number(budget.value) || 1
    meter.value = Number(this.#spent ?? 0)
    meter.optimum = 0
    meter.high = meter.max * 0.8
    text.textContent = `Spent in the last 24 hours: ${this.#spent ? `$${this.#spent}` : 'unknown'} of $${budget.value}`
  }
}
