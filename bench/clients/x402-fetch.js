// x402-fetch with viem, for a wallet in the page, as its documentation has it.
import { createWalletClient, custom } from 'viem'
import { base } from 'viem/chains'
import { wrapFetchWithPayment } from 'x402-fetch'

export const payingFetch = (provider, account) =>
  wrapFetchWithPayment(fetch, createWalletClient({ account, chain: base, transport: custom(provider) }))
