import type { Money, Network } from 'imagine-x402'

export function money({ amount, symbol }: Money): string {
  return symbol === 'USDC' ? `$${amount}` : `${amount} ${symbol}`
}

export function short(hex: string): string {
  return hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex
}

export function timeOfDay(ms: number): string {
  return new Date(ms).toLocaleTimeString()
}

export function secondsSince(ms: number): number {
  return Math.max(0, Math.round((Date.now() - ms) / 1000))
}

/** As a stopwatch shows it: 0:07, 12:30. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

export function networkName(network: Network | undefined): string {
  if (network === 'eip155:8453') return 'Base'
  if (network === 'eip155:84532') return 'Base Sepolia'
  return network ?? 'an unknown network'
}
