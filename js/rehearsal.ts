/**
 * A world for a purchase with nobody: engines compile WebAssembly function by function, as it is first run. What has been played once while the
 * first price is on its way is not compiled between the price and the wallet, and after the signature.
 */
import type { Call } from './core.js'

const account = (digit: string) => `0x${digit.repeat(40)}`

const PRICE = {
  x402Version: 1,
  accepts: [{
    scheme: 'exact', network: 'base', maxAmountRequired: '1', payTo: account('1'), maxTimeoutSeconds: 60,
    asset: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', extra: { name: 'USD Coin', version: '2' },
  }],
}

/** The signature is none: there it ends. */
const ANSWERS: Record<string, unknown> = {
  eth_requestAccounts: [account('2')],
  eth_chainId: 8453,
  eth_signTypedData_v4: `0x${'1'.repeat(130)}`,
}

export const NOBODY: Partial<Call> = {
  request: { prompt: '-' },
  recall: async () => undefined,
  send: async () => ({ status: 402, body: JSON.stringify(PRICE) }),
  find: async () => 1,
  ask: async (_place, method) => ANSWERS[method],
  write: async () => [],
  notify: () => {},
}
