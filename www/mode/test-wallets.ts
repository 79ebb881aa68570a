import type { Eip1193Provider, WalletInfo } from 'imagine-x402'

/** Domains that nobody can own: no installed wallet calls itself so. */
export const DEV_WALLET = 'dev-wallet.imagine-x402.localhost'
export const MOCK_WALLET = 'mock-wallet.imagine-x402.localhost'

export const isTestWallet = ({ rdns }: WalletInfo) => Boolean(rdns?.endsWith('.imagine-x402.localhost'))

const icon = (colour: string) =>
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
      `<rect width="32" height="32" rx="8" fill="${colour}"/><path d="M8 11h16v12H8zM8 11l11-4v4M19 15h5v4h-5z" fill="none" stroke="#fff" ` +
      'stroke-width="2" stroke-linejoin="round"/></svg>',
  )

/** Announces a wallet as an installed one would (EIP-6963). */
export function announceTestWallet(
  { name, rdns, colour = '#b45309' }: { name: string; rdns: string; colour?: string },
  provider: Eip1193Provider,
): void {
  const info = Object.freeze({ uuid: crypto.randomUUID(), name, icon: icon(colour), rdns })
  const detail = Object.freeze({ info, provider })
  const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
  addEventListener('eip6963:requestProvider', announce)
  announce()
}
