/** A chain's node, read over JSON-RPC. */
import { refuse } from '../error.js'

const PATIENCE_MS = 20_000

/** What wallets throw ([EIP-1193](https://eips.ethereum.org/EIPS/eip-1193)): an error with a code. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'

  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message)
  }
}

/** The node could not be read: JSON-RPC's own code for that. */
const INTERNAL = -32_603
const DISCONNECTED = 4_901

export class Rpc {
  readonly #url: URL
  readonly #chainId: number
  /** Whether the node is on the chain, once it was asked. */
  #checked: Promise<void> | undefined

  constructor(url: string | URL, chainId: number) {
    this.#url = readUrl(url)
    this.#chainId = chainId
  }

  /** Resolves once it is known that the node is on the chain, which is asked once. */
  check(): Promise<void> {
    this.#checked ??= this.#check().catch((error) => {
      this.#checked = undefined
      throw error
    })
    return this.#checked
  }

  async request(method: string, params: unknown): Promise<unknown> {
    await this.check()
    return this.#ask(method, params)
  }

  async #check(): Promise<void> {
    const found = await this.#ask('eth_chainId', [])
    if (typeof found === 'string' && Number(found) === this.#chainId) return
    const message = `the node at ${this.#url.host} is on the chain ${Number(found)}, and not on ${this.#chainId}`
    throw new ProviderError(DISCONNECTED, message)
  }

  /** The address may hold a key for the node: no error names more of it than the host. */
  async #ask(method: string, params: unknown): Promise<unknown> {
    const fail = (what: string) => new ProviderError(INTERNAL, `the node at ${this.#url.host} ${what}`)
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => Promise.reject(fail('could not be reached')))
    const answer = await response.json().catch(() => undefined)
    const { result, error } = Object(answer) as { result?: unknown; error?: unknown }
    if (error) {
      const { code, message, data } = Object(error) as Partial<ProviderError>
      throw new ProviderError(typeof code === 'number' ? code : INTERNAL, String(message), data)
    }
    if (!response.ok || result === undefined) throw fail(`answered ${response.status} without a result`)
    return result
  }
}

/** The rule for services, too: https, or http on this machine. */
function readUrl(given: string | URL): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '')
  if (url && !url.username && !url.password && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) {
    return url
  }
  throw refuse('invalid_request', '`rpcUrl` takes an https address, or http on this machine')
}
