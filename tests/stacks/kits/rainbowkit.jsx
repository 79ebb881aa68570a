// A dapp as `npm init @rainbow-me/rainbowkit` writes it, on one network and with a node of its own.
import '@rainbow-me/rainbowkit/styles.css'
import { ConnectButton, getDefaultConfig, RainbowKitProvider } from '@rainbow-me/rainbowkit'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { http, useAccount, useConnectors, useWalletClient, WagmiProvider } from 'wagmi'
import { base } from 'wagmi/chains'
import { Shop } from './shop.jsx'

const config = getDefaultConfig({
  appName: 'RainbowKit App',
  projectId: 'YOUR_PROJECT_ID',
  chains: [base],
  transports: { [base.id]: http(globalThis.shop.rpcUrl) },
})
const client = new QueryClient()

createRoot(document.body.appendChild(document.createElement('main'))).render(
  <WagmiProvider config={config}>
    <QueryClientProvider client={client}>
      <RainbowKitProvider>
        <ConnectButton />
        <Shop {...{ useAccount, useConnectors, useWalletClient }} />
      </RainbowKitProvider>
    </QueryClientProvider>
  </WagmiProvider>,
)
