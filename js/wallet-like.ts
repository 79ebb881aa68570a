/** What pages pass as `wallet`, and the EIP-1193 provider in it. */
import { attempt } from './attempt.js'
import { refuse } from './error.js'
import { look } from './named.js'
import type { Eip1193Provider } from './types.js'

/** A wallet of a library of ethers' kind, wrapped so often, is none. */
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

/** Whether it is something that tells the provider, or its account, later: a promise, a connector of wagmi, or a signer. */
export const isPending = (wallet: unknown): boolean =>
  isFunction(memberOf(wallet, providerOf(wallet) ? 'getAddress' : 'then'))
    ? !payerOf(wallet)
    : !providerOf(wallet) && isFunction(memberOf(wallet, 'getProvider'))

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

/** What is under way, so that calls at the same time wait for the same. */
const telling = new WeakMap<object, Promise<Held>>()

/** What a promise, a connector or a signer comes to. */
export function told(wallet: unknown): Promise<Held> {
  const given = wallet as object
  const known = telling.get(given)
  if (known) return known
  const telled = follow(wallet).finally(() => telling.delete(given))
  telling.set(given, telled)
  return telled
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
  return hold(given)
}

/** The account of a signer of ethers: where the wallet is not connected yet, that of version 5 has only a place. */
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

/** Without the proxy that Vue has made of it. */
const unproxied = (wallet: unknown): unknown => memberOf(wallet, '__v_raw') ?? wallet

/** A member of what may be anything, as a page or a wallet made it. */
const memberOf = (value: unknown, name: string): unknown =>
  isObject(value) ? attempt(() => look(value, name)) : undefined

const isFunction = (value: unknown): value is (...given: unknown[]) => unknown => typeof value === 'function'

const isObject = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null)
