/** The contract of `imagine-x402/node`. */
import type { Eip1193Provider, Store } from './api.js'

/** An account that signs by itself: viem's local accounts, ethers' wallets of version 6 and 5. */
export type SigningAccount =
  | { readonly address: string; signTypedData(...given: never[]): Promise<string> }
  | { readonly address: string; _signTypedData(...given: never[]): Promise<string> }
export interface AccountOptions {
  /** https, or http on this machine. Asked once whether it is on the chain. */
  rpcUrl: string | URL
  chainId: number
}
/** Signs typed data and reads the chain; everything else is refused. */
export function fromAccount(account: SigningAccount, options: AccountOptions): Eip1193Provider
/** Purchases in a folder, for all processes of a machine. A path, or a `file:` URL. */
export function fileStore(folder: string | URL): Store
