/**
 * Wallets on the page: those that announce themselves by [EIP-6963](https://eips.ethereum.org/EIPS/eip-6963), or else
 * `window.ethereum`.
 */
import type { Page } from './core.js'
import { unlessAborted } from './abort.js'
import { isImagineError, refuse } from './error.js'
import { safely } from './events.js'
import { attempt, now, quietly } from './attempt.js'
import type { Eip1193Provider, WalletInfo, WalletLike } from './types.js'
import { hold, isPending, isProvider, providerOf, resolveWallet, type Held } from './wallet-like.js'

/** Those that have announced themselves, each once, in the order in which they came. */
const announced: WalletInfo[] = []
/** Told when another wallet is there. */
const listeners = new Set<() => void>()
/** When announcements were first asked for. */
let askedAt: number | undefined

/**
 * How long wallets are given to announce themselves, so that the visitor has the choice; and one at all, since some
 * come late.
 */
const ALL_MS = 200
const ANY_MS = 1_000

/** The wallets that are there in time, each once. */
export async function findWallets(waitMs = ALL_MS): Promise<WalletInfo[]> {
  ask()
  await until(() => false, waitMs)
  return present()
}

/**
 * Calls `run` with the wallets on the page, soon and whenever another one comes, until the returned function is called.
 */
export function watchWallets(run: (wallets: WalletInfo[]) => void): () => void {
  if (typeof run !== 'function') throw refuse('invalid_request', '`watchWallets` takes a function')
  if (!canListen()) return () => {}
  const tell = () => safely(() => run(present()))
  ask()
  listeners.add(tell)
  void tellFirst(tell)
  return () => void listeners.delete(tell)
}

/**
 * What a wallet from before EIP-6963 leaves on the window, soon or late, is told only where none has announced itself.
 */
async function tellFirst(tell: () => void): Promise<void> {
  await until(() => announced.length > 0, ALL_MS)
  if (listeners.has(tell)) tell()
  if (present().length > 0) return
  await until(() => present().length > 0, ANY_MS)
  if (listeners.has(tell) && present().length > 0) tell()
}

/** The providers that will do: the one chosen, or all there are. */
async function findProviders(wallet?: WalletLike | null): Promise<Eip1193Provider[]> {
  if (wallet === null) return []
  if (isPending(wallet)) {
    const resolved = choose(wallet).then((held) => held.wallet)
    return findProviders(await resolved.catch(() => null))
  }
  const chosen = providerOf(wallet)
  if (chosen) return [chosen]
  if (wallet !== undefined && typeof wallet !== 'string') return []
  ask()
  if (typeof wallet === 'string') {
    const named = () => present().find(({ rdns }) => rdns === wallet)
    await until(() => named() !== undefined, ANY_MS)
    return [named()?.provider ?? []].flat()
  }
  await until(() => false, ALL_MS)
  await until(() => present().length > 0, ANY_MS)
  return [...new Set(present().map(({ provider }) => provider))]
}

/** How long a promise, a connector or a signer is waited for. */
const RESOLVE_MS = 10_000

/**
 * The wallet and the account for a call: as they are now, or as a promise, a connector or a signer resolves.
 *
 * @throws {ImagineError} `wallet_error` if that does not resolve in time, or with a wallet; `aborted`
 */
export async function choose(wallet: unknown, signal?: AbortSignal): Promise<Held> {
  if (!isPending(wallet)) return hold(wallet)
  try {
    return await unlessAborted(signal, inTime(resolveWallet(wallet as object)), (reason) =>
      refuse('aborted', 'aborted before anything was sent', { cause: reason }),
    )
  } catch (cause) {
    if (isImagineError(cause) && cause.code === 'aborted') throw cause
    throw refuse(
      'wallet_error',
      'the connector, signer or promise in `wallet` did not give a wallet: connect it, then try again',
      { stage: 'wallet', cause },
    )
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not resolve in time')), RESOLVE_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    quietly(() => clearTimeout(timer))
  }
}

/** How the core finds the wallets for a call. */
export function finders(wallet?: WalletLike | null): Required<Pick<Page, 'findWallets' | 'findOthers'>> {
  let asked: Promise<unknown> | undefined
  return {
    findWallets: () => findProviders(wallet),
    findOthers: async () => {
      // Wallets are asked to announce themselves once; those that come later are in the list by themselves.
      await (asked ??= findProviders())
      return present().map(({ provider }) => provider)
    },
  }
}

/** The provider that will do, as far as that is known at once: the chosen one, or the only one there. */
export function atHand(wallet?: WalletLike | null): Eip1193Provider | undefined {
  if (wallet !== undefined && typeof wallet !== 'string') return providerOf(wallet)
  const there = present()
  if (typeof wallet === 'string') return there.find(({ rdns }) => rdns === wallet)?.provider
  return there.length === 1 ? there[0]?.provider : undefined
}

/** What tells whether two calls mean the same wallet. */
export interface WalletTag {
  /** One for each provider object. */
  number?: number
  /** The words in which the page named the wallet: its rdns, or none for the only one. */
  name?: string
}

const numbers = new WeakMap<Eip1193Provider, number>()
let lastNumber = 0

export function tagOf(wallet: WalletLike | null | undefined): WalletTag {
  if (wallet === null) return {}
  const chosen = providerOf(wallet)
  if (chosen) return { number: numberOf(chosen) }
  const name = typeof wallet === 'string' ? wallet : ''
  const named = name ? announced.find(({ rdns }) => rdns === name) : announced.length === 1 ? announced[0] : undefined
  return { name, ...(named && { number: numberOf(named.provider) }) }
}

/** The number of the provider that is {@link atHand}. */
export function numberAtHand(wallet?: WalletLike | null): number | undefined {
  const provider = atHand(wallet)
  return provider && numberOf(provider)
}

/** One object, one number, for the life of the page. */
function numberOf(provider: Eip1193Provider): number {
  const number = numbers.get(provider) ?? ++lastNumber
  numbers.set(provider, number)
  return number
}

const canListen = () => typeof addEventListener === 'function' && typeof Event === 'function'

/**
 * Asks all wallets to announce themselves: once per call of the library. Each wallet answers each time, so asking again
 * from the announcement handler would loop for ever.
 */
function ask(): void {
  if (!canListen()) return
  if (askedAt === undefined) {
    // For as long as the page lives: some wallets are late. First, since the others answer at once.
    addEventListener('eip6963:announceProvider', hear)
    addEventListener('ethereum#initialized', tellAll)
    askedAt = now()
  }
  quietly(() => dispatchEvent(new Event('eip6963:requestProvider')))
}

/** Waits until it is so, for at most so long since announcements were first asked for. */
async function until(isSo: () => boolean, waitMs: number): Promise<void> {
  if (askedAt === undefined) return
  // The clock may have been set meanwhile.
  const left = Math.min(askedAt + waitMs - now(), waitMs)
  if (left <= 0 || isSo()) return
  await new Promise<void>((resolve) => {
    const stop = () => {
      quietly(() => clearTimeout(timer))
      listeners.delete(check)
      resolve()
    }
    const check = () => isSo() && stop()
    const timer = setTimeout(stop, left)
    listeners.add(check)
  })
}

function tellAll(): void {
  for (const tell of [...listeners]) if (listeners.has(tell)) tell()
}

function hear(event: Event): void {
  const wallet = attempt(() => read((event as CustomEvent<unknown>).detail))
  if (!wallet || announced.some((other) => isSame(wallet, other))) return
  announced.push(wallet)
  tellAll()
}

/**
 * Some wallets have another uuid at each announcement, some another object. Two of one `rdns` and one name are the same
 * wallet, as two of one uuid are, or two with one provider; the first to come stays.
 */
function isSame(one: WalletInfo, other: WalletInfo): boolean {
  const hasName = Boolean(one.rdns) && one.name === other.name
  return one.id === other.id || (one.rdns === other.rdns && (hasName || one.provider === other.provider))
}

function read(detail: unknown): WalletInfo | undefined {
  const { info, provider } = (detail ?? {}) as { info?: Record<string, unknown>; provider?: unknown }
  if (!isProvider(provider) || typeof info?.uuid !== 'string' || typeof info.name !== 'string') return undefined
  const icon = typeof info.icon === 'string' && info.icon.startsWith('data:image/') ? { icon: info.icon } : {}
  const rdns = typeof info.rdns === 'string' ? { rdns: info.rdns } : {}
  return { id: info.uuid, name: info.name, ...rdns, ...icon, provider }
}

/** Those announced, or what a wallet from before EIP-6963 leaves on the window. */
export function present(): WalletInfo[] {
  if (announced.length > 0) return [...announced]
  const provider = attempt(() => (globalThis as { ethereum?: unknown }).ethereum)
  return isProvider(provider) ? [{ id: 'window.ethereum', name: 'Browser wallet', provider }] : []
}
