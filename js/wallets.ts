/** Wallets on the page: those that announce themselves by [EIP-6963](https://eips.ethereum.org/EIPS/eip-6963), or else `window.ethereum`. */
import { refuse } from './error.js'
import type { Eip1193Provider, WalletInfo, WalletLike } from './types.js'

/** Those that have announced themselves, by their uuid. */
const announced = new Map<string, WalletInfo>()
const waiting = new Set<() => void>()
let heardSince: number | undefined

/** How long wallets are given to announce themselves, so that the visitor has the choice; and one at all, since some come late. */
const ALL_MS = 200
const ANY_MS = 1_000

/** The wallets that are there in time, each once. */
export async function findWallets({ waitMs = ALL_MS }: { waitMs?: number } = {}): Promise<WalletInfo[]> {
  await until(() => false, waitMs)
  return present()
}

/** The providers that will do: the one chosen, or all there are. */
export async function findProviders(wallet?: WalletLike): Promise<Eip1193Provider[]> {
  const chosen = providerOf(wallet)
  if (chosen) return [chosen]
  if (typeof wallet === 'string') {
    const named = () => present().find(({ rdns }) => rdns === wallet)
    await until(() => named() !== undefined, ANY_MS)
    return [named()?.provider ?? []].flat()
  }
  await findWallets()
  await until(() => present().length > 0, ANY_MS)
  return [...new Set(present().map(({ provider }) => provider))]
}

/** The provider in what a page passes as `wallet`: itself (or a viem client), or the `provider` of an EIP-6963 detail. */
export function providerOf(wallet: unknown): Eip1193Provider | undefined {
  const inner = (wallet as { provider?: unknown } | undefined)?.provider
  return [wallet, inner].find(isProvider)
}

/** The account of a viem client, the only one that it stands for. */
export function payerOf(wallet: unknown): string | undefined {
  const { account } = (wallet ?? {}) as { account?: { address?: string; type?: string } }
  if (account?.type === 'local') throw refuse('invalid_request', '`wallet` takes no viem client that signs by itself: pass an EIP-1193 provider')
  return account?.address
}

/** Waits until it is so, for at most so long since announcements were first asked for. */
async function until(isSo: () => boolean, waitMs: number): Promise<void> {
  if (typeof addEventListener !== 'function' || typeof Event !== 'function') return
  if (heardSince === undefined) {
    // For as long as the page lives: some wallets are late. First, since the others answer at once.
    addEventListener('eip6963:announceProvider', hear)
    addEventListener('ethereum#initialized', look)
    heardSince = performance.now()
  }
  dispatchEvent(new Event('eip6963:requestProvider'))
  const left = heardSince + waitMs - performance.now()
  if (left <= 0 || isSo()) return
  await new Promise<void>((resolve) => {
    const stop = () => {
      clearTimeout(timer)
      waiting.delete(check)
      resolve()
    }
    const check = () => isSo() && stop()
    const timer = setTimeout(stop, left)
    waiting.add(check)
  })
}

function hear(event: Event): void {
  const wallet = read((event as CustomEvent<unknown>).detail)
  if (wallet && !announced.has(wallet.id)) announced.set(wallet.id, wallet)
  look()
}

const look = () => waiting.forEach((check) => check())

function read(detail: unknown): WalletInfo | undefined {
  const { info, provider } = (detail ?? {}) as { info?: Record<string, unknown>; provider?: unknown }
  if (!isProvider(provider) || typeof info?.uuid !== 'string' || typeof info.name !== 'string') return undefined
  const icon = typeof info.icon === 'string' && info.icon.startsWith('data:image/') ? { icon: info.icon } : {}
  const rdns = typeof info.rdns === 'string' ? { rdns: info.rdns } : {}
  return { id: info.uuid, name: info.name, ...rdns, ...icon, provider }
}

/** Those announced, or what a wallet from before EIP-6963 leaves on the window. */
export function present(): WalletInfo[] {
  const provider = (globalThis as { ethereum?: unknown }).ethereum
  const legacy = isProvider(provider) ? [{ id: 'window.ethereum', name: 'Browser wallet', provider }] : []
  return announced.size > 0 ? [...announced.values()] : legacy
}

function isProvider(value: unknown): value is Eip1193Provider {
  return typeof (value as Partial<Eip1193Provider> | undefined)?.request === 'function'
}
