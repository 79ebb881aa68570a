/**
 * For programs in Node that buy by themselves, such as agents: a wallet over an account with a key of their own, and a
 * store of purchases on files. Pass both to the functions of `imagine-x402`.
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refuse } from './error.js'
import { AccountWallet } from './node/account.js'
import { FileStore } from './node/file-store.js'
import type { Eip1193Provider, Store } from './types.js'

/** An account that signs by itself: a local account of viem, or a `Wallet` of ethers (version 5 or 6). */
export type SigningAccount =
  | {
      /** The account that pays. */
      readonly address: string
      /** Signs typed data (EIP-712). */
      signTypedData(...given: never[]): Promise<string>
    }
  | {
      /** The account that pays. */
      readonly address: string
      /** Signs typed data (EIP-712), in version 5 of ethers. */
      _signTypedData(...given: never[]): Promise<string>
    }

/** The chain of an account. */
export interface AccountOptions {
  /** A node of the chain, to read from: https, or http on this machine. */
  rpcUrl: string | URL
  /** The chain: 8453 is Base, 84532 Base Sepolia. A node of another chain is an error. */
  chainId: number
}

/**
 * A wallet over an account that signs by itself. It signs typed data and reads from the chain, and refuses everything
 * else: it sends no transaction, and never shows its key.
 *
 * @param account a local account of viem, or a `Wallet` of ethers
 * @param options its chain, and a node of it
 * @throws {@link index.ImagineError} `invalid_request`
 * @example
 * ```ts
 * const account = privateKeyToAccount(process.env.PRIVATE_KEY)
 * const wallet = fromAccount(account, { rpcUrl: 'https://mainnet.base.org', chainId: 8453 })
 * ```
 */
export function fromAccount(account: SigningAccount, options: AccountOptions): Eip1193Provider {
  const { rpcUrl, chainId } = Object(options) as AccountOptions
  return new AccountWallet(account, rpcUrl, chainId)
}

/** One for each folder, so that calls with the same folder are calls with the same store. */
const stores = new Map<string, Store>()

/**
 * Purchases kept in a folder, for the option `storage`. They survive crashes of the process and of the machine. All
 * processes of a machine may share the folder: one at a time buys under an id, and all count for a `budget`.
 *
 * @param folder its path, or `file:` URL; created with the first purchase, for this user alone
 * @throws {@link index.ImagineError} `invalid_request` if it is neither
 */
export function fileStore(folder: string | URL): Store {
  const path = pathOf(folder)
  const store = stores.get(path) ?? new FileStore(path)
  stores.set(path, store)
  return store
}

function pathOf(folder: unknown): string {
  if (folder instanceof URL && folder.protocol === 'file:') return resolve(fileURLToPath(folder))
  if (typeof folder === 'string' && folder !== '') return resolve(folder)
  throw refuse('invalid_request', '`fileStore` takes the path of a folder')
}
