// What dapps reach wallets through, as they bundle it.
import { SafeAppProvider } from '@safe-global/safe-apps-provider'
import { createEIP1193Provider } from '@turnkey/eip-1193-provider'

export * as ethers5 from '@ethersproject/providers'
export * as ethers from 'ethers'
export { reactive, ref } from 'vue'
export * as viem from 'viem'
export * as wagmi from '@wagmi/core'
export { privateKeyToAccount } from 'viem/accounts'
export { base } from 'viem/chains'
export { Web3 } from 'web3'
export { createEIP1193Provider, SafeAppProvider }
