// How dapps get a wallet from WalletConnect. Each function connects, unless that is not wanted, and returns what the
// dapp passes on as its wallet.
import { walletConnect } from '@wagmi/connectors'
import { connect, createConfig, getConnectorClient } from '@wagmi/core'
import { EthereumProvider } from '@walletconnect/ethereum-provider'
import { UniversalProvider } from '@walletconnect/universal-provider'
import { createWalletClient, custom, http } from 'viem'
import { base } from 'viem/chains'

globalThis.connect = { ethereumProvider, universalProvider, viemClient, wagmiClient }

/** What a test does with the wallet: on the phone, and once the page has been told of it. */
globalThis.handleOf = (provider, accounts) => ({
  accounts,
  setChain: (chainId) => untilTold(provider, 'chainChanged', phone('setChain', chainId)),
  setAccounts: (accounts) => untilTold(provider, 'accountsChanged', phone('setAccounts', accounts)),
  disconnect: () => phone('disconnect'),
  cut: () => phone('cut'),
  /** The page's own end of the session. */
  end: () => provider.disconnect(),
  /** Another tab, which shares the storage, has ended the session. */
  lose: () => (provider.signer ?? provider).client.session.delete(provider.session.topic),
})

async function ethereumProvider({ access, rpcMap, chains, isConnected }) {
  const provider = await EthereumProvider.init({
    ...optionsFor(access),
    optionalChains: chains,
    rpcMap,
    showQrModal: false,
  })
  provider.on('display_uri', show)
  if (isConnected) await provider.connect()
  return provider
}

async function universalProvider({ access, rpcMap, chains, isConnected }) {
  const provider = await UniversalProvider.init(optionsFor(access))
  provider.on('display_uri', show)
  const eip155 = {
    chains: chains.map((id) => `eip155:${id}`),
    methods: ['eth_signTypedData_v4', 'wallet_switchEthereumChain', 'wallet_addEthereumChain'],
    events: ['accountsChanged', 'chainChanged'],
    rpcMap,
  }
  if (isConnected) await provider.connect({ optionalNamespaces: { eip155 } })
  return provider
}

async function viemClient(network) {
  return createWalletClient({ chain: base, transport: custom(await ethereumProvider(network)) })
}

async function wagmiClient({ access, rpcMap }) {
  const config = createConfig({
    chains: [base],
    connectors: [walletConnect({ ...optionsFor(access), showQrModal: false })],
    transports: { [base.id]: http(rpcMap[base.id]) },
  })
  const [connector] = config.connectors
  connector.emitter.on('message', ({ type, data }) => type === 'display_uri' && show(data))
  await connect(config, { connector })
  return getConnectorClient(config)
}

const optionsFor = (access) => ({
  ...access,
  metadata: { name: 'Dapp', description: 'A dapp', url: location.origin, icons: [] },
  telemetryEnabled: false,
  logger: 'silent',
})

const phone = (act, ...args) => globalThis.__phone(act, ...args)

/** A dapp would show the code for the phone to scan. */
const show = (uri) => phone('scan', uri)

async function untilTold(provider, event, done) {
  const told = new Promise((resolve) => provider.once(event, resolve))
  await done
  await told
}
