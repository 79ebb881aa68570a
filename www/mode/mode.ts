import type { Address, Config, WalletInfo } from 'imagine-x402'
import type { Rehearsal } from './rehearsal'
import { readSandbox } from './sandbox'
import { sandboxMode } from './sandbox-mode'

/** What stands behind the page: a sandbox on this machine, a service inside the page, or the real one. */
export interface Mode {
  kind: 'sandbox' | 'mock' | 'live'
  /** On the pill in the header. */
  name: string
  /** What money is here, in one sentence. */
  truth: string
  config: Config
  /** Where its purchases are made; those of other modes are not shown. */
  owns(baseUrl: string): boolean
  /** Only these may pay here. */
  admits(wallet: WalletInfo): boolean
  /** What may be made to go wrong. */
  rehearsal?: Rehearsal
  /** The only account whose money is worthless. */
  payer?: Address
  /** What a wallet of one's own needs to see the sandbox. */
  manual?: [string, string][]
}

const LIVE: Mode = {
  kind: 'live',
  name: 'Base',
  truth: 'Real USDC on Base. What you sign here is paid.',
  config: {},
  owns: (baseUrl) => !/^https:\/\/imagine\.test|^http:\/\/(127\.0\.0\.1|localhost)/.test(baseUrl),
  admits: () => true,
}

/** By the address of the page; without a wish the sandbox if there is one, else play money. */
export async function findMode(): Promise<Mode> {
  const wish = new URLSearchParams(location.search)
  const sandbox = readSandbox()
  if (wish.has('live')) return LIVE
  if (sandbox && !wish.has('mock')) return sandboxMode(sandbox)
  return (await import('./mock-mode')).mockMode(wish.get('mock') ?? '')
}
