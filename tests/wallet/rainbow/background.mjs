import { StaticJsonRpcProvider } from '@ethersproject/providers'
import { handleProviderRequest } from '@rainbow-me/provider'
import { openKeyring } from '../keyring.mjs'
import { nodeFor } from '../node.mjs'
import { createSession, toHex } from '../session.mjs'
import { createPopup } from './popup.mjs'

const ETHER = { name: 'Ether', symbol: 'ETH', decimals: 18 }
const MAINNET = 1

/** Rainbow's own request handler, and around it what the extension would give it. */
export async function createBackground({ config, transport, emit, decide }) {
  const keyring = await openKeyring(config.privateKeys, config)
  const session = createSession(
    { ...config, accounts: keyring.accounts },
    {
      chainChanged: (chainId) => emit('chainChanged', chainId),
      accountsChanged(accounts) {
        emit('accountsChanged', accounts)
        if (accounts.length === 0) emit('disconnect', []) // an empty list where the standard has an error
      },
    },
  )

  handleProviderRequest({
    providerRequestTransport: transport,
    getFeatureFlags: () => ({ custom_rpc: true }),
    checkRateLimit: async () => undefined,
    isSupportedChain: (chainId) => session.knownChains.has(toHex(chainId)),
    getChainNativeCurrency: () => ETHER,
    getActiveSession: () => activeSession(session),
    removeAppSession: () => session.setAccounts([]),
    getProvider: ({ chainId = MAINNET }) => new StaticJsonRpcProvider(nodeFor(toHex(chainId), config.rpcUrl), chainId),
    messengerProviderRequest: createPopup({ session, keyring, emit, decide }),
    onAddEthereumChain: ({ proposedChain }) => ({
      chainAlreadyAdded: session.knownChains.has(toHex(proposedChain.chainId)),
    }),
    onSwitchEthereumChainSupported: ({ proposedChain }) => session.setChain(proposedChain.chainId),
    onSwitchEthereumChainNotSupported() {},
  })

  return { log: transport.log, session, disconnect: createDisconnect(session) }
}

/** What the handler knows of the page. Without it there is no chain either: it then says 0x1. */
const activeSession = ({ permitted: [address], chainId }) => (address ? { address, chainId: Number(chainId) } : null)

const createDisconnect =
  (session) =>
  ({ code, message } = {}) => {
    if (code || message) throw new Error('Rainbow disconnects with an empty list, which has no code and no message')
    session.setAccounts([])
  }
