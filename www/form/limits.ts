import type { TaskRecord } from 'imagine-x402'
import type { Connection } from '../connection'
import { byId } from '../ui/dom'
import { dollars } from '../ui/words'

const DAY_MS = 24 * 3_600_000

const cap = byId('cap', HTMLInputElement)
const budget = byId('budget', HTMLInputElement)
const meter = byId('spent', HTMLMeterElement)
const text = byId('spent-text', HTMLElement)

/** What a purchase, and all of a day, may cost. The library holds both; this shows how much of them is left. */
export class Limits {
  private spent = 0n

  constructor(private readonly connection: Connection, onChange: () => void) {
    budget.addEventListener('change', () => {
      if (!budget.checkValidity()) return
      this.apply()
      onChange()
    })
    this.apply()
  }

  get cap(): string {
    return cap.value
  }

  raise(to: string): void {
    cap.value = to
  }

  /** Counts as the library does: whatever was signed, unless it came to nothing. */
  count(records: TaskRecord[]): void {
    const counted = records.filter(({ createdAt, paid, step }) => createdAt > Date.now() - DAY_MS && paid !== 'no' && step !== 'abandoned')
    this.spent = counted.reduce((sum, { price }) => sum + BigInt(price?.atomic ?? 0), 0n)
    this.draw()
  }

  private apply(): void {
    this.connection.limit(budget.value)
    this.draw()
  }

  private draw(): void {
    meter.max = Number(budget.value) || 1
    meter.value = Number(this.spent) / 1e6
    meter.optimum = 0
    meter.high = meter.max * 0.8
    text.textContent = `Spent in the last 24 hours: ${dollars(this.spent)} of $${budget.value}`
  }
}
