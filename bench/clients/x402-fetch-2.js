// @x402/fetch with @x402/evm and viem, for a wallet in the page, as its documentation has it.
import { registerExactEvmScheme } from '@x402/evm/exact/client'
import { wrapFetchWithPayment, x402Client } from '@x402/fetch'
import { createWalletClient, custom } from 'viem'
import { base } from 'viem/chains'

export function payingFetch(provider, address) {
  const wallet = createWalletClient({ account: address, chain: base, transport: custom(provider) })
  const signer = { address, signTypedData: (message) => wallet.signTypedData(message) }
  return wrapFetchWithPayment(fetch, registerExactEvmScheme(new x402Client(), { signer }))
}
