// What the recipes use of packages that are too heavy to install here, copied from their published types.

/** 3.45.0, `BaseConnectedEthereumWallet`, and `EIP1193Provider` in dist/dts/privyProxyProvider-*.d.ts. */
declare module '@privy-io/react-auth' {
  interface EIP1193Provider {
    // biome-ignore lint/suspicious/noExplicitAny: as published
    request: (request: { method: string; params?: Array<any> | undefined }) => Promise<any>
  }
  export interface ConnectedWallet {
    getEthereumProvider: () => Promise<EIP1193Provider>
  }
  export function useWallets(): { wallets: ConnectedWallet[]; ready: boolean }
}

/** `@dynamic-labs/ethereum-core` 5.3.1, src/wallet/EthereumWallet.d.ts; reexported by `@dynamic-labs/ethereum`. */
declare module '@dynamic-labs/ethereum' {
  import type { Account, Chain, Transport, WalletClient } from 'viem'
  export interface EthereumWallet {
    getWalletClient(chainId?: string): Promise<WalletClient<Transport, Chain, Account>>
  }
  export const isEthereumWallet: (wallet: unknown) => wallet is EthereumWallet
}

/** `@web3auth/no-modal` 11.3.0, `IProvider` and `Connection` in base/connector/interfaces.d.ts; modal's are these. */
declare module '@web3auth/modal' {
  interface IProvider {
    get chainId(): string
    request<S, R>(args: { method: string; params?: S }): Promise<R | null | undefined>
  }
  export class Web3Auth {
    get connection(): { readonly ethereumProvider: IProvider | null } | null
  }
}

/** 0.0.106, dist/types/eip1193. */
declare module '@coinbase/cdp-core' {
  import type { Provider } from 'ox/Provider'
  import type { Chain, Transport } from 'viem'
  export function createCDPEmbeddedWallet<chains extends readonly [Chain, ...Chain[]]>(config: {
    chains: chains
    transports: Record<chains[number]['id'], Transport>
    announceProvider?: boolean
  }): { provider: Provider }
}
