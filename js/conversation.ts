/**
 * What one call of the library says to the wallets that will do for it. The core decides what is asked, and what the
 * answers mean.
 */
import { attempt, quietly } from './attempt.js'
import { findProviders, present, providerOf } from './wallets.js'
import type { Eip1193Provider, WalletLike } from './types.js'

const CONNECT = 'eth_requestAccounts'

/** The code of MetaMask's `disconnect` that mends itself. */
const RECOVERS = 1013

interface Question {
  method: string
  params?: unknown
}

interface Connecting {
  accounts: Promise<unknown>
  callers: number
  close: () => void
}

/** The open prompts. Calls at the same time share one, since wallets refuse a second. */
const connecting = new WeakMap<Eip1193Provider, Connecting>()

export class Conversation {
  readonly #wallet: WalletLike | undefined
  #providers: Eip1193Provider[] = []
  #others: Promise<unknown> | undefined
  #open: Connecting | undefined
  readonly #over = ending()

  constructor(wallet?: WalletLike) {
    this.#wallet = wallet
  }

  /** Asks the chosen wallet to connect, within the visitor's click. The answer is that to the core's own question. */
  readonly invite = (): void => {
    const provider = providerOf(this.#wallet)
    if (provider) this.#connect(provider).catch(() => {})
  }

  /** Finds the wallets that will do. Returns how many there are. */
  readonly find = async (): Promise<number> => {
    this.#providers = await findProviders(this.#wallet)
    return this.#providers.length
  }

  /** Adds the other wallets on the page, behind those that will do. Returns how many there are then. */
  readonly findOthers = async (): Promise<number> => {
    // Wallets are asked to announce themselves once; those that come later are in the list by themselves.
    await (this.#others ??= findProviders())
    this.#providers = [...new Set([...this.#providers, ...present().map(({ provider }) => provider)])]
    return this.#providers.length
  }

  /** Asks the wallet at that place of the list. Never rejects with nothing. */
  readonly ask = async (place: number, method: string, params: string | undefined): Promise<unknown> => {
    const provider = this.#providers[place]
    if (!provider) throw new Error('the wallet is gone')
    const question = { method, ...(params && { params: JSON.parse(params) }) }
    const answer = method === CONNECT ? this.#connect(provider) : ask(provider, question, this.#over.ended)
    return answer.catch((error) => Promise.reject(error ?? new Error('the wallet gave no reason')))
  }

  /** Nobody waits any more: of a prompt that is still open, the wallet itself has to say so from now on. */
  readonly end = (): void => {
    this.#over.end()
    if (this.#open) leave(this.#open)
  }

  #connect(provider: Eip1193Provider): Promise<unknown> {
    this.#open ??= join(provider)
    return this.#open.accounts
  }
}

function join(provider: Eip1193Provider): Connecting {
  const open = connecting.get(provider) ?? connect(provider)
  open.callers += 1
  return open
}

function leave(open: Connecting): void {
  open.callers -= 1
  if (open.callers === 0) open.close()
}

function connect(provider: Eip1193Provider): Connecting {
  const over = ending()
  const close = () => {
    if (connecting.get(provider) === open) connecting.delete(provider)
    over.end()
  }
  const open: Connecting = { accounts: ask(provider, { method: CONNECT }, over.ended), callers: 0, close }
  connecting.set(provider, open)
  open.accounts.then(close, close)
  return open
}

function ending(): { ended: Promise<void>; end: () => void } {
  let end = () => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  return { ended, end }
}

/** The answer; or what a wallet that forgets the question says of itself meanwhile; or nothing, when it is over. */
async function ask(provider: Eip1193Provider, question: Question, over: Promise<void>): Promise<unknown> {
  const answer = request(provider, question)
  let listeners: Parameters<NonNullable<Eip1193Provider['on']>>[] = []
  const heard = new Promise<unknown>((resolve, reject) => {
    const gone = (why?: { code?: unknown; message?: unknown }) =>
      why?.code === RECOVERS || reject(why?.message ? why : new Error('the wallet disconnected'))
    const connected = (accounts: unknown) =>
      question.method === CONNECT && Array.isArray(accounts) && accounts.length > 0 && resolve(accounts)
    listeners = [
      ['disconnect', gone],
      ['accountsChanged', connected],
    ]
  })
  // A viem client has no events.
  for (const [event, heard] of listeners) quietly(() => provider.on?.(event, heard))
  try {
    return await Promise.race([answer, heard, over])
  } finally {
    for (const [event, heard] of listeners) quietly(() => provider.removeListener?.(event, heard))
  }
}

/**
 * A provider takes one argument. WalletConnect's and Reown's have a second of their own, the time or the chain of the
 * request. viem's alone are told not to repeat a failed request, prompt and all.
 */
function request(provider: Eip1193Provider, question: Question): Promise<unknown> {
  if (!isViems(provider)) return provider.request(question)
  const call = provider.request as (question: Question, options: object) => Promise<unknown>
  return call.call(provider, question, { retryCount: 0 })
}

/**
 * A client of viem, which has `extend` and a `transport`; or the transport itself, whose `config` says how often it
 * repeats.
 */
function isViems(
  provider: Eip1193Provider & { extend?: unknown; transport?: unknown; config?: { retryCount?: unknown } },
): boolean {
  const isClient = attempt(() => typeof provider.extend === 'function' && typeof provider.transport === 'object')
  return isClient || attempt(() => typeof provider.config?.retryCount === 'number') || false
}
