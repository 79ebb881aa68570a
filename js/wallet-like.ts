/** What pages pass as `wallet`, and the EIP-1193 provider in it. */
import { attempt } from './attempt.js'
import { refuse } from './error.js'
import { look } from './named.js'
import type { Eip1193Provider } from './types.js'

/** Objects that hold each other deeper than this are not searched. */
const DEEPEST = 4

/**
 * The provider in what a page passes as `wallet`, as far as it is known at once: itself (or a viem client), the
 * `provider` of an EIP-6963 detail or of a signer of ethers, the `currentProvider` of web3.js, or one that asks by the
 * `send` of an ethers `BrowserProvider`. Of a proxy by Vue it is the object itself: private members do not work
 * through proxies.
 */
export function providerOf(wallet: unknown, depth = DEEPEST): Eip1193Provider | undefined {
  const given = unproxied(wallet)
  if (isProvider(given)) return given
  if (depth === 0 || !isObject(given)) return undefined
  const inner = ['provider', 'currentProvider'].map((name) => memberOf(given, name)).filter((other) => other !== given)
  for (const other of inner) {
    const provider = providerOf(other, depth - 1)
    if (provider) return provider
  }
  return isFunction(memberOf(given, 'send')) ? sender(given as Sender) : undefined
}

/** Whether it reports the provider, or its account, only later: a promise, a connector of wagmi, or a signer. */
export function isPending(wallet: unknown): boolean {
  const has = (name: string) => isFunction(memberOf(wallet, name))
  if (providerOf(wallet)) return has('getAddress') && payerOf(wallet) === undefined
  return has('then') || has('getProvider')
}

/** A wallet as it is known for a call: read once, whatever the page makes of its object later. */
export interface Held {
  wallet: Eip1193Provider | string | null | undefined
  /** The only account that it stands for. */
  payer: unknown
}

/** The wallet and the account in what a page passes, as far as they are known at once. */
export const hold = (wallet: unknown): Held =>
  typeof wallet === 'string' || wallet === undefined || wallet === null
    ? { wallet, payer: undefined }
    : { wallet: providerOf(wallet) ?? null, payer: payerOf(wallet) }

/** Those in progress, so that simultaneous calls wait for the same one. */
const pending = new WeakMap<object, Promise<Held>>()

/** Resolves what {@link isPending}. Rejects with what it rejects with, or if it is not a wallet in the end. */
export function resolveWallet(wallet: object): Promise<Held> {
  const known = pending.get(wallet)
  if (known) return known
  const resolving = follow(wallet).finally(() => pending.delete(wallet))
  pending.set(wallet, resolving)
  return resolving
}

async function follow(wallet: unknown): Promise<Held> {
  let given = wallet
  for (let depth = DEEPEST; depth > 0 && isPending(given); depth -= 1) {
    const source = unproxied(given) as Partial<Connector & Signer>
    if (providerOf(source)) return { wallet: providerOf(source) ?? null, payer: await addressOf(source as Signer) }
    given = await (isFunction(source.getProvider) ? source.getProvider() : given)
  }
  checkWallet(given)
  if (isPending(given)) throw new TypeError('it is nested too deeply')
  // Not `undefined`, which would stand for any wallet on the page.
  return hold(given ?? null)
}

/** The account of a signer of ethers. In version 5, before the wallet is connected, only its place in the list is known. */
async function addressOf(signer: Signer): Promise<unknown> {
  try {
    return await signer.getAddress()
  } catch (thrown) {
    if (signer._index === 0) return undefined
    throw thrown
  }
}

interface Signer {
  getAddress(): Promise<unknown>
  _index?: unknown
}

/** A connector of wagmi. */
interface Connector {
  getProvider(): unknown
}

/** A `BrowserProvider` of ethers. */
interface Sender {
  send(method: string, params: unknown): Promise<unknown>
}

/** One provider for each, so that the same wallet is recognized. */
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

/** The account of a viem client or of an ethers signer, the only one that it stands for, as it names it. */
function payerOf(wallet: unknown): unknown {
  const account = memberOf(memberOf(wallet, 'account'), 'address')
  const isSigner = isFunction(memberOf(wallet, 'getAddress'))
  return account ?? (isSigner ? (memberOf(wallet, 'address') ?? memberOf(wallet, '_address')) : undefined) ?? undefined
}

/** Refuses what cannot be a wallet. */
export function checkWallet(wallet: unknown): void {
  if (signsByItself(wallet) || signsByItself(memberOf(wallet, 'account'))) {
    throw refuse(
      'invalid_request',
      "`wallet` takes no account with a key of the page's own, as of viem or ethers: pass the visitor's EIP-1193 provider; \
a program in Node passes `fromAccount(account, options)` of imagine-x402/node",
    )
  }
  if (wallet === undefined || wallet === null || typeof wallet === 'string') return
  if (isPending(wallet) || providerOf(wallet) || isReconnecting(wallet)) return
  throw refuse(
    'invalid_request',
    "`wallet` takes an EIP-1193 provider, what has one (a connector, a client, a signer), or a wallet's rdns",
  )
}

/** What wagmi has of a connector until it has reconnected after a reload: its names alone. There is no wallet yet. */
const isReconnecting = (wallet: unknown): boolean =>
  ['id', 'name', 'type', 'uid'].every((name) => typeof memberOf(wallet, name) === 'string')

/** A local account of viem, or a wallet of ethers. */
const signsByItself = (given: unknown): boolean =>
  memberOf(given, 'type') === 'local' ||
  isObject(memberOf(given, 'signingKey')) ||
  isFunction(memberOf(given, '_signingKey'))

export const isProvider = (value: unknown): value is Eip1193Provider => isFunction(memberOf(value, 'request'))

/** Without the proxy that Vue has made of it. */
const unproxied = (wallet: unknown): unknown => memberOf(wallet, '__v_raw') ?? wallet

/** A member of what may be anything, as a page or a wallet made it. */
const memberOf = (value: unknown, name: string): unknown =>
  isObject(value) ? attempt(() => look(value, name)) : undefined

const isFunction = (value: unknown): value is (...given: unknown[]) => unknown => typeof value === 'function'

const isObject = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null)
