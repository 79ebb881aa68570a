/** What pages pass as `wallet`, and the EIP-1193 provider in it. */
import { attempt } from './attempt.js'
import { refuse } from './error.js'
import { look } from './named.js'
import type { Address, Eip1193Provider } from './types.js'

/** A wallet of a library of ethers' kind, wrapped so often, is none. */
const DEEPEST = 4

/**
 * The provider in what a page passes as `wallet`, as far as it is known at once: itself (or a viem client), the
 * `provider` of an EIP-6963 detail or of a signer of ethers, the `currentProvider` of web3.js, or one that asks by the
 * `send` of an ethers `BrowserProvider`. Of a proxy by Vue it is the object itself: private members do not work
 * through proxies.
 */
export function providerOf(wallet: unknown, depth = DEEPEST): Eip1193Provider | undefined {
  const given = memberOf(wallet, '__v_raw') ?? wallet
  if (isProvider(given)) return given
  if (depth === 0 || !isObject(given)) return undefined
  const inner = ['provider', 'currentProvider'].map((name) => memberOf(given, name)).filter((other) => other !== given)
  for (const other of inner) {
    const provider = providerOf(other, depth - 1)
    if (provider) return provider
  }
  return isFunction(memberOf(given, 'send')) ? sender(given as Sender) : undefined
}

/** Whether it is something that tells the provider later: a promise, or a connector of wagmi. */
export const isPending = (wallet: unknown): boolean =>
  !providerOf(wallet) && ['then', 'getProvider'].some((name) => isFunction(memberOf(wallet, name)))

/** What a promise or a connector comes to, which may be another. */
export async function told(wallet: unknown): Promise<unknown> {
  let given = wallet
  for (let depth = DEEPEST; depth > 0 && isPending(given); depth -= 1) {
    const connector = given as Partial<Connector>
    given = await (isFunction(connector.getProvider) ? connector.getProvider() : given)
  }
  return given
}

/** A connector of wagmi. */
interface Connector {
  getProvider(): unknown
}

/** A `BrowserProvider` of ethers. */
interface Sender {
  send(method: string, params: unknown): Promise<unknown>
}

/** One for each, so that the same wallet is known again. */
const senders = new WeakMap<Sender, Eip1193Provider>()

function sender(given: Sender): Eip1193Provider {
  const known = senders.get(given)
  if (known) return known
  const provider = {
    request: ({ method, params }: { method: string; params?: unknown }) => given.send(method, params ?? []),
  }
  senders.set(given, provider)
  return provider
}

/** The account of a viem client or of an ethers signer, the only one that it stands for. */
export function payerOf(wallet: unknown): Address | undefined {
  const account = memberOf(memberOf(wallet, 'account'), 'address')
  const isSigner = isFunction(memberOf(wallet, 'getAddress'))
  return (account ?? (isSigner ? (memberOf(wallet, 'address') ?? memberOf(wallet, '_address')) : undefined)) as
    | Address
    | undefined
}

/** Refuses what cannot be a wallet. */
export function checkWallet(wallet: unknown): void {
  if (signsByItself(wallet) || signsByItself(memberOf(wallet, 'account'))) {
    throw refuse(
      'invalid_request',
      "`wallet` takes no account with a key of the page's own, as of viem or ethers: pass the visitor's EIP-1193 provider",
    )
  }
  if (wallet === undefined || wallet === null || typeof wallet === 'string' || isPending(wallet) || providerOf(wallet))
    return
  throw refuse(
    'invalid_request',
    "`wallet` takes an EIP-1193 provider, what has one (a connector, a client, a signer), or a wallet's rdns",
  )
}

/** A local account of viem, or a wallet of ethers. */
const signsByItself = (given: unknown): boolean =>
  memberOf(given, 'type') === 'local' ||
  isObject(memberOf(given, 'signingKey')) ||
  isFunction(memberOf(given, '_signingKey'))

export const isProvider = (value: unknown): value is Eip1193Provider => isFunction(memberOf(value, 'request'))

/** A member of what may be anything, as a page or a wallet made it. */
const memberOf = (value: unknown, name: string): unknown =>
  isObject(value) ? attempt(() => look(value, name)) : undefined

const isFunction = (value: unknown): value is (...given: unknown[]) => unknown => typeof value === 'function'

const isObject = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null)
