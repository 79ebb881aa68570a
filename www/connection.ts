import { type Client, createClient } from 'imagine-x402'
import type { Mode } from './mode/mode'

/**
 * The library as this page uses it. A client's budget is a limit that no call lifts, so another budget is another
 * client.
 */
export class Connection {
  client: Client

  constructor(readonly mode: Mode) {
    this.client = createClient(mode.config)
  }

  limit(perDay: string): void {
    this.client = createClient({ ...this.mode.config, budget: { amount: perDay, per: 'day' } })
  }
}
