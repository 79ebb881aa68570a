// How dapps get a wallet from WalletConnect. Each function connects and returns what the dapp passes on as its wallet.
import { walletConnect } from '@wagmi/connectors'
import { connect, createConfig, getConnectorClient } from '@wagmi/core'
import { EthereumProvider } from '@walletconnect/ethereum-provider'
import { UniversalProvider } from '@walletconnect/universal-provider'
import { createWalletClient, custom, http } from 'viem'
import { base } from 'viem/chains'

globalThis.connect = { ethereumProvider, universalProvider, viemClient, wagmiClient }

async function ethereumProvider({ access, rpcUrl }) {
  const provider = await EthereumProvider.init({
    ...optionsFor(access),
    optionalChains: [base.id],
    rpcMap: { [base.id]: rpcUrl },
    showQrModal: false,
  })
  provider.on('display_uri', show)
  await provider.connect()
  return provider
}

async function universalProvider({ access, rpcUrl }) {
  const provider = await UniversalProvider.init(optionsFor(access))
  provider.on('display_uri', show)
  const eip155 = {
    chains: [`eip155:${base.id}`],
    methods: ['eth_signTypedData_v4'],
    events: ['accountsChanged', 'chainChanged'],
    rpcMap: { [base.id]: rpcUrl },
  }
  await provider.connect({ optionalNamespaces: { eip155 } })
  return provider
}

async function viemClient(network) {
  return createWalletClient({ chain: base, transport: custom(await ethereumProvider(network)) })
}

async function wagmiClient({ access, rpcUrl }) {
  const config = createConfig({
    chains: [base],
    connectors: [walletConnect({ ...optionsFor(access), showQrModal: false })],
    transports: { [base.id]: http(rpcUrl) },
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

/** A dapp would show the code for the phone to scan. */
const show = (uri) => globalThis.__scan(uri)
