/** Wallets on the page, by [EIP-6963](https://eips.ethereum.org/EIPS/eip-6963), then `window.ethereum`. */
import { onAbort } from './abort.js'
import type { Eip1193Provider, WalletInfo } from './types.js'

interface Search {
  /** How long announcements are waited for, in milliseconds. */
  waitMs?: number
  /** The only wallet that will do: nobody waits for others once it is there. */
  rdns?: string | undefined
}

/** The wallets that announce themselves in time, each once. */
export async function findWallets({ waitMs = 200, rdns }: Search = {}): Promise<WalletInfo[]> {
  const found = new Map<string, WalletInfo>()
  if (typeof addEventListener === 'function' && typeof Event === 'function') {
    await new Promise<void>((resolve) => {
      const hear = (event: Event) => {
        const wallet = read((event as CustomEvent<unknown>).detail)
        if (wallet && !found.has(wallet.id)) found.set(wallet.id, wallet)
        if (rdns !== undefined && wallet?.rdns === rdns) stop()
      }
      const stop = () => {
        clearTimeout(timer)
        removeEventListener('eip6963:announceProvider', hear)
        resolve()
      }
      const timer = setTimeout(stop, waitMs)
      addEventListener('eip6963:announceProvider', hear)
      dispatchEvent(new Event('eip6963:requestProvider'))
    })
  }
  return found.size > 0 ? [...found.values()] : legacy()
}

interface Connecting {
  accounts: Promise<unknown>
  callers: number
}

const connecting = new WeakMap<Eip1193Provider, Connecting>()

/**
 * Asks to connect. Calls at the same time share one prompt, since wallets refuse a second one; when the last of them gives
 * up, the prompt is forgotten and the wallet itself says whether it is still open.
 */
export function connect(provider: Eip1193Provider, signal?: AbortSignal): Promise<unknown> {
  const open = connecting.get(provider) ?? { accounts: request(provider), callers: 0 }
  connecting.set(provider, open)
  open.callers += 1
  const leave = () => {
    open.callers -= 1
    if (open.callers === 0 && connecting.get(provider) === open) connecting.delete(provider)
  }
  const { aborted, forget } = onAbort(signal)
  void Promise.race([open.accounts.catch(() => {}), aborted]).then(() => {
    forget()
    leave()
  })
  return open.accounts
}

/** viem's clients repeat a failed request by themselves unless told not to; other providers read one argument. */
const request = async (provider: Eip1193Provider): Promise<unknown> => {
  const call = provider.request.bind(provider) as (args: { method: string }, options: object) => Promise<unknown>
  return call({ method: 'eth_requestAccounts' }, { retryCount: 0 })
}

function read(detail: unknown): WalletInfo | undefined {
  const { info, provider } = (detail ?? {}) as { info?: Record<string, unknown>; provider?: unknown }
  if (!isProvider(provider) || typeof info?.uuid !== 'string' || typeof info.name !== 'string') return undefined
  const icon = typeof info.icon === 'string' && info.icon.startsWith('data:image/') ? { icon: info.icon } : {}
  const rdns = typeof info.rdns === 'string' ? { rdns: info.rdns } : {}
  return { id: info.uuid, name: info.name, ...rdns, ...icon, provider }
}

/** What a wallet from before EIP-6963 leaves on the window. */
function legacy(): WalletInfo[] {
  const provider = (globalThis as { ethereum?: unknown }).ethereum
  return isProvider(provider) ? [{ id: 'window.ethereum', name: 'Browser wallet', provider }] : []
}

function isProvider(value: unknown): value is Eip1193Provider {
  return typeof (value as Partial<Eip1193Provider> | undefined)?.request === 'function'
}
