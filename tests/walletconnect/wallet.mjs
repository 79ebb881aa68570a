// The wallet on the visitor's phone: Reown's WalletKit with keys. It signs with the account that a request names, as
// Reown's example wallet does, and treats networks as MetaMask does.
import { randomUUID } from 'node:crypto'
import { WalletKit } from '@reown/walletkit'
import { Core } from '@walletconnect/core'
import { buildApprovedNamespaces, getSdkError } from '@walletconnect/utils'
import { privateKeyToAccount } from 'viem/accounts'

// The packages' own switch for tests. Without it WalletKit reports its start to a server, even with telemetry off.
process.env.IS_VITEST = 'true'

const metadata = { name: 'Phone', description: 'A wallet on a phone', url: 'https://phone.test', icons: [] }
const METHODS = ['eth_signTypedData_v4', 'wallet_switchEthereumChain', 'wallet_addEthereumChain']
const EVENTS = ['accountsChanged', 'chainChanged']
const UNKNOWN_CHAIN = { code: 4902, message: 'Unrecognized chain ID. Try adding the chain first.' }

/**
 * Starts a wallet that approves every session.
 * @param user decides on each request (see `createUser`): `true` agrees, `false` refuses, an error is what the dapp gets
 * @param chainId the network that it is on; `knownChains` are all that it has
 * @param methods what it approves of
 * @param v01 whether its signatures end with 0 or 1
 */
export async function startWallet({
  access,
  user,
  privateKeys,
  chainId,
  knownChains = [],
  methods = METHODS,
  v01 = false,
}) {
  const keys = privateKeys.map((key) => privateKeyToAccount(key))
  const chains = new Set([chainId, ...knownChains])
  let accounts = [keys[0].address]
  let topic
  // Two cores of one prefix in a process would be the same core.
  const core = new Core({ ...access, customStoragePrefix: randomUUID(), telemetryEnabled: false, logger: 'silent' })
  const kit = await WalletKit.init({ core, metadata })

  function shared() {
    const names = [...chains].map(nameOf)
    return { chains: names, accounts: names.flatMap((name) => accounts.map((account) => `${name}:${account}`)) }
  }

  async function tell(name, data, chain) {
    const { eip155 } = kit.getActiveSessions()[topic].namespaces
    await kit.updateSession({ topic, namespaces: { eip155: { ...eip155, ...shared() } } })
    await kit.emitSessionEvent({ topic, event: { name, data }, chainId: nameOf(chain) })
  }

  function setChain(next) {
    chains.add(next)
    return tell('chainChanged', next, next)
  }

  const agrees = async (method, requestData) => {
    const said = await user.decide({ type: method.replace(/_v4$/, ''), requestData })
    if (said !== true) throw said || getSdkError('USER_REJECTED')
  }

  const answers = {
    async eth_signTypedData_v4(params) {
      await agrees('eth_signTypedData_v4', params)
      const [address, typedData] = params
      const key = keys.find((key) => key.address.toLowerCase() === address.toLowerCase())
      const signature = await key.signTypedData(JSON.parse(typedData))
      return v01 ? signature.replace(/1[bc]$/, (v) => (v === '1b' ? '00' : '01')) : signature
    },
    async wallet_switchEthereumChain(params) {
      const next = Number(params[0].chainId)
      if (!chains.has(next)) throw UNKNOWN_CHAIN
      await agrees('wallet_switchEthereumChain', params)
      await setChain(next)
      return null
    },
    async wallet_addEthereumChain(params) {
      await agrees('wallet_addEthereumChain', params)
      chains.add(Number(params[0].chainId))
      await answers.wallet_switchEthereumChain(params).catch(() => {})
      return null
    },
  }

  kit.on('session_proposal', async ({ id, params: proposal }) => {
    const supportedNamespaces = { eip155: { ...shared(), methods, events: EVENTS } }
    const namespaces = buildApprovedNamespaces({ proposal, supportedNamespaces })
    topic = (await kit.approveSession({ id, namespaces })).topic
  })
  kit.on('session_request', async ({ id, topic, params: { request } }) => {
    const outcome = await answers[request.method](request.params).then(
      (result) => ({ result }),
      (error) => ({ error }),
    )
    // A session that is over takes no answer.
    await kit.respondSessionRequest({ topic, response: { id, jsonrpc: '2.0', ...outcome } }).catch(() => {})
  })

  return {
    accounts: keys.map(({ address }) => address),
    /** Scans the code that a dapp shows. */
    scan: (uri) => kit.pair({ uri }),
    setChain,
    async setAccounts(next) {
      accounts = next
      const all = next.map((account) => `${nameOf(chainId)}:${account}`)
      await tell('accountsChanged', all, chainId)
    },
    disconnect: () => kit.disconnectSession({ topic, reason: getSdkError('USER_DISCONNECTED') }),
    async stop() {
      core.heartbeat.stop()
      await core.relayer.transportClose()
    },
  }
}

const nameOf = (chainId) => `eip155:${chainId}`
