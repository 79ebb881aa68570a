/** The limits of a server, which come from its command line alone. */
import type { Money } from 'imagine-x402'

export interface Limits {
  /** As it was given: `10/day`. The client holds it. */
  budget: string
  /** The most for one video, in USDC. The client holds it. */
  maxPrice: string
  /** Above this price, in USDC, the user is asked. */
  askAbove: string | undefined
}

const AMOUNT = /^(\d+)(?:\.(\d+))?$/

/** Whether it is an amount such as `2` or `2.00`. */
export const isAmount = (text: string): boolean => AMOUNT.test(text)

/** Whether a price is above an amount. Decimals that the token does not have are cut off: then the user is asked. */
export function isAbove({ atomic, decimals }: Pick<Money, 'atomic' | 'decimals'>, amount: string): boolean {
  const [, whole = '0', fraction = ''] = AMOUNT.exec(amount) ?? []
  return BigInt(atomic) > BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
}
