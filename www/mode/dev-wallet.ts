import type { Hex } from 'imagine-x402'
import type { TypedDataDefinition } from 'viem'
import type { Sandbox } from './sandbox'
import { askToSign, type TypedData } from './sign-dialog'
import { announceTestWallet, DEV_WALLET } from './test-wallets'

type Request = { method: string; params?: unknown }

const READS = /^(eth_(call|blockNumber|estimateGas|gasPrice|feeHistory|get\w+)|net_version|web3_clientVersion)$/

/** An EIP-1193 error: what wallets reject with. */
class WalletError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** A wallet over the sandbox's public test key; it asks before signing only if it is told to. */
export class DevWallet {
  readonly #sandbox: Sandbox
  readonly #chainId: Hex
  #connected = false
  #reads = 0

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
    this.#chainId = `0x${sandbox.chainId.toString(16)}`
  }

  get #address(): string {
    return this.#sandbox.payer.address
  }

  async request({ method, params }: Request): Promise<unknown> {
    const list = Array.isArray(params) ? (params as unknown[]) : []
    switch (method) {
      case 'eth_chainId':
        return this.#chainId
      case 'eth_accounts':
        return this.#connected ? [this.#address] : []
      case 'eth_requestAccounts':
        return this.#connect()
      case 'wallet_revokePermissions':
        return this.#disconnect()
      case 'wallet_switchEthereumChain':
        return this.#switchChain(list[0])
      case 'eth_signTypedData_v4':
        return this.#sign(list)
    }
    if (READS.test(method)) return this.#read(method, list)
    throw new WalletError(4200, `The dev wallet does not support ${method}.`)
  }

  #connect(): string[] {
    this.#connected = true
    return [this.#address]
  }

  #disconnect(): null {
    this.#connected = false
    return null
  }

  #switchChain(target: unknown): null {
    const wanted = (target as { chainId?: unknown } | undefined)?.chainId
    if (typeof wanted !== 'string') throw new WalletError(-32602, 'Expected a chainId.')
    if (wanted.toLowerCase() !== this.#chainId) throw new WalletError(4902, `Unrecognized chain ID "${wanted}".`)
    return null
  }

  async #sign([address, json]: unknown[]): Promise<Hex> {
    if (typeof address !== 'string' || typeof json !== 'string')
      throw new WalletError(-32602, 'Expected an address and a JSON string.')
    if (!this.#connected || !sameAddress(address, this.#address)) {
      throw new WalletError(4100, 'The requested account has not been authorized by the user.')
    }
    const data = parse(json)
    // As in MetaMask: a signature for another chain than the active one is never made.
    if (data.domain.chainId !== undefined && Number(data.domain.chainId) !== this.#sandbox.chainId) {
      throw new WalletError(
        -32603,
        `Provided chainId "${data.domain.chainId}" must match the active chainId "${this.#sandbox.chainId}"`,
      )
    }
    if (!(await askToSign(data))) throw new WalletError(4001, 'User rejected the request.')
    // As large as the rest of the page, and no price needs it.
    const { privateKeyToAccount } = await import('viem/accounts')
    return privateKeyToAccount(this.#sandbox.payer.privateKey).signTypedData(data as unknown as TypedDataDefinition)
  }

  async #read(method: string, params: unknown[]): Promise<unknown> {
    const answer = await fetch(this.#sandbox.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++this.#reads, method, params }),
    })
    const { result, error } = (await answer.json()) as { result?: unknown; error?: { code: number; message: string } }
    if (error) throw new WalletError(error.code, error.message)
    return result
  }
}

export function announceDevWallet(sandbox: Sandbox): void {
  const wallet = new DevWallet(sandbox)
  announceTestWallet(
    { name: 'Dev wallet (sandbox)', rdns: DEV_WALLET },
    { request: (request: Request) => wallet.request(request) },
  )
}

function parse(json: string): TypedData {
  try {
    const data = JSON.parse(json) as TypedData
    if (data?.primaryType && data.domain && data.message) return data
  } catch {
    /* said below */
  }
  throw new WalletError(-32602, 'The typed data is not valid.')
}

function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
