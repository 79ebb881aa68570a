// What dapps hold wallets with, as they bundle it.
export * as wagmi from '@wagmi/core'
export * as viem from 'viem'
export { privateKeyToAccount } from 'viem/accounts'
export { base } from 'viem/chains'
