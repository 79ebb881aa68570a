/** An account of viem or ethers as an EIP-1193 wallet. It signs by itself: the library never sees its key. */
import { attempt } from '../attempt.js'
import { refuse } from '../error.js'
import type { Address, Eip1193Provider } from '../types.js'
import { ProviderError, Rpc } from './rpc.js'

/** What the library reads of a chain. Nothing here can move money. */
const READS = ['eth_call', 'eth_getBlockByNumber', 'eth_getCode', 'eth_getLogs', 'eth_getTransactionReceipt']

/** Codes of EIP-1193 and EIP-3326. */
const UNAUTHORIZED = 4_100
const UNSUPPORTED = 4_200
const UNKNOWN_CHAIN = 4_902
const INVALID = -32_602

/** Typed data, as viem takes it. */
interface TypedData {
  domain: unknown
  types: Record<string, unknown>
  primaryType: string
  message: unknown
}

type Sign = (data: TypedData) => Promise<unknown>

export class AccountWallet implements Eip1193Provider {
  readonly #address: Address
  readonly #sign: Sign
  readonly #chainId: string
  readonly #rpc: Rpc

  constructor(account: unknown, rpcUrl: string | URL, chainId: number) {
    if (!Number.isSafeInteger(chainId) || chainId <= 0) {
      throw refuse('invalid_request', '`chainId` takes the number of a chain: 8453 is Base')
    }
    const { address } = Object(account) as { address?: unknown }
    const sign = signerOf(account)
    if (!sign || typeof address !== 'string' || !/^0x[0-9a-f]{40}$/i.test(address)) {
      throw refuse('invalid_request', '`fromAccount` takes a local account of viem, or a wallet of ethers')
    }
    this.#address = address as Address
    this.#sign = sign
    this.#chainId = `0x${chainId.toString(16)}`
    this.#rpc = new Rpc(rpcUrl, chainId)
  }

  readonly request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    const given: unknown[] = Array.isArray(params) ? params : []
    switch (method) {
      case 'eth_accounts':
      case 'eth_requestAccounts':
        return [this.#address]
      case 'eth_chainId':
        await this.#rpc.check()
        return this.#chainId
      case 'eth_signTypedData_v4':
        return this.#signTypedData(given[0], given[1])
      case 'wallet_switchEthereumChain':
        return this.#switchTo(given[0])
      default:
        if (READS.includes(method)) return this.#rpc.request(method, given)
        throw new ProviderError(UNSUPPORTED, `this wallet does not support ${method}`)
    }
  }

  async #signTypedData(address: unknown, text: unknown): Promise<unknown> {
    if (String(address).toLowerCase() !== this.#address.toLowerCase()) {
      throw new ProviderError(UNAUTHORIZED, 'this wallet has no such account')
    }
    const data = attempt(() => JSON.parse(String(text)) as TypedData)
    if (typeof data?.types !== 'object') throw new ProviderError(INVALID, 'the typed data cannot be read')
    // Both libraries derive it from the domain.
    const { EIP712Domain: _, ...types } = data.types
    return this.#sign({ ...data, types })
  }

  #switchTo(chain: unknown): null {
    const { chainId } = Object(chain) as { chainId?: unknown }
    if (Number(chainId) === Number(this.#chainId)) return null
    throw new ProviderError(UNKNOWN_CHAIN, `this wallet is on the chain ${Number(this.#chainId)} alone`)
  }
}

/** How it signs: accounts of viem take one argument, wallets of ethers three, in version 5 under another name. */
function signerOf(account: unknown): Sign | undefined {
  type Signer = Record<'signTypedData' | '_signTypedData', (...given: unknown[]) => Promise<unknown>>
  const signer = Object(account) as Partial<Signer> & { type?: unknown }
  const name = typeof signer._signTypedData === 'function' ? '_signTypedData' : 'signTypedData'
  if (typeof signer[name] !== 'function' || signer.type === 'json-rpc') return undefined
  if (signer.type === 'local') return (data) => signer[name]!(data)
  return ({ domain, types, message }) => signer[name]!(domain, types, message)
}
