// A dapp as Reown's example for React and wagmi writes it, on one network and with a node of its own.
import { WagmiAdapter } from '@reown/appkit-adapter-wagmi'
import { base } from '@reown/appkit/networks'
import { createAppKit } from '@reown/appkit/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { http, useAccount, useConnectors, useWalletClient, WagmiProvider } from 'wagmi'
import { Shop } from './shop.jsx'

const projectId = 'b56e18d47c72ab683b10814fe9495694'
const networks = [base]
const adapter = new WagmiAdapter({ projectId, networks, transports: { [base.id]: http(globalThis.shop.rpcUrl) } })
const client = new QueryClient()

createAppKit({ adapters: [adapter], projectId, networks, features: { analytics: false } })

createRoot(document.body.appendChild(document.createElement('main'))).render(
  <WagmiProvider config={adapter.wagmiConfig}>
    <QueryClientProvider client={client}>
      <appkit-button />
      <Shop {...{ useAccount, useConnectors, useWalletClient }} />
    </QueryClientProvider>
  </WagmiProvider>,
)
