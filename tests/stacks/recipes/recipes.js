// README's recipes for embedded wallets, as they are printed there.
import { createCDPEmbeddedWallet } from '@coinbase/cdp-core'
import { isEthereumWallet } from '@dynamic-labs/ethereum'
import { useWallets } from '@privy-io/react-auth'
import { createEIP1193Provider } from '@turnkey/eip-1193-provider'
import { generate } from 'imagine-x402'
import { Magic } from 'magic-sdk'
import { http } from 'viem'
import { base } from 'viem/chains'

const request = { prompt: 'A paper boat on a neon river' }

export const cdp = () =>
  generate(request, {
    wallet: createCDPEmbeddedWallet({ chains: [base], transports: { [base.id]: http() } }).provider,
  })

/** @param {unknown} primaryWallet `useDynamicContext().primaryWallet` */
export async function dynamic(primaryWallet) {
  if (isEthereumWallet(primaryWallet)) await generate(request, { wallet: await primaryWallet.getWalletClient() })
}

/** @param {Magic} magic */
export const magic = (magic) => generate(request, { wallet: magic.rpcProvider })

export async function privy() {
  const { wallets } = useWallets()
  await generate(request, { wallet: await wallets[0]?.getEthereumProvider() })
}

// Turnkey's provider takes typed data as an object; wallets take text.
const asOthers = (turnkey) => ({
  request: ({ method, params }) =>
    turnkey.request({
      method,
      params: method === 'eth_signTypedData_v4' ? [params[0], JSON.parse(params[1])] : params,
    }),
})

/** @param {Parameters<typeof createEIP1193Provider>[0]} options */
export async function turnkey({ turnkeyClient, organizationId, walletId, chains }) {
  await generate(request, {
    wallet: asOthers(await createEIP1193Provider({ turnkeyClient, organizationId, walletId, chains })),
  })
}

/** @param {import('@web3auth/modal').Web3Auth} web3auth */
export const web3Auth = (web3auth) => generate(request, { wallet: web3auth.connection?.ethereumProvider })
