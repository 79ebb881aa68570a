import type { BudgetState, Money } from 'imagine-x402'
import type { Connection } from '../connection'
import { byId } from '../ui/dom'
import { money, timeOfDay } from '../ui/words'

const cap = byId('cap', HTMLInputElement)
const budget = byId('budget', HTMLInputElement)
const meter = byId('spent', HTMLMeterElement)
const text = byId('spent-text', HTMLElement)

/** What a purchase, and all of a day, may cost. The library holds and counts both; this shows how much is spent. */
export class Limits {
  readonly #connection: Connection
  /** Unknown until it was counted, and where the journal cannot be read. */
  #state: BudgetState | null = null

  constructor(connection: Connection, onChange: () => void) {
    this.#connection = connection
    budget.addEventListener('change', () => {
      if (!budget.checkValidity()) return
      this.#apply()
      void this.count().then(onChange)
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
    this.#state = await this.#connection.client.budget().catch(() => null)
    this.#draw()
  }

  /** What stands against that price, before anybody clicks. */
  warning(price: Money): string | undefined {
    if (price.symbol === 'USDC' && Number(price.amount) > Number(cap.value))
      return `That is above your limit of $${cap.value} for one video.`
    const { left, resetsAt } = this.#state ?? {}
    if (left === undefined || Number(price.amount) <= Number(left)) return undefined
    return `Of your limit for 24 hours, $${left} is left, which is less than ${money(price)}${resetsAt ? `. More at ${timeOfDay(resetsAt)}` : ''}.`
  }

  #apply(): void {
    this.#connection.limit(budget.value)
    this.#draw()
  }

  #draw(): void {
    meter.max = Number(budget.value) || 1
    const spent = this.#state?.spent
    meter.value = Number(spent ?? 0)
    meter.optimum = 0
    meter.high = meter.max * 0.8
    text.textContent = `Spent in the last 24 hours: ${spent ? `$${spent}` : 'unknown'} of $${budget.value}`
  }
}
