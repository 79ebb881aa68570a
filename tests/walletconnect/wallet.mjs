// The wallet on the visitor's phone: Reown's WalletKit with a key.
import { randomUUID } from 'node:crypto'
import { WalletKit } from '@reown/walletkit'
import { Core } from '@walletconnect/core'
import { buildApprovedNamespaces } from '@walletconnect/utils'
import { privateKeyToAccount } from 'viem/accounts'

// The packages' own switch for tests. Without it WalletKit reports its start to a server, even with telemetry off.
process.env.IS_VITEST = 'true'

const metadata = { name: 'Phone', description: 'A wallet on a phone', url: 'https://phone.test', icons: [] }

/**
 * Starts a wallet that approves every session and signs typed data.
 * @param user decides on each request (see `createUser`): `true` signs, anything else is the error that the dapp gets
 */
export async function startWallet({ access, chainId, privateKey, user }) {
  const account = privateKeyToAccount(privateKey)
  // Two cores of one prefix in a process would be the same core.
  const core = new Core({ ...access, customStoragePrefix: randomUUID(), telemetryEnabled: false, logger: 'silent' })
  const kit = await WalletKit.init({ core, metadata })

  kit.on('session_proposal', ({ id, params: proposal }) => {
    const supportedNamespaces = { eip155: supported(account, `eip155:${chainId}`) }
    return kit.approveSession({ id, namespaces: buildApprovedNamespaces({ proposal, supportedNamespaces }) })
  })
  kit.on('session_request', async ({ id, topic, params: { request } }) => {
    const decision = await user.decide({ type: request.method, requestData: request.params })
    const outcome = decision === true ? { result: await sign(account, request) } : { error: decision }
    await kit.respondSessionRequest({ topic, response: { id, jsonrpc: '2.0', ...outcome } })
  })

  return {
    /** Scans the code that a dapp shows. */
    scan: (uri) => kit.pair({ uri }),
    async stop() {
      core.heartbeat.stop()
      await core.relayer.transportClose()
    },
  }
}

const supported = ({ address }, chain) => ({
  chains: [chain],
  methods: ['eth_signTypedData_v4'],
  events: ['accountsChanged', 'chainChanged'],
  accounts: [`${chain}:${address}`],
})

const sign = (account, { params: [, typedData] }) => account.signTypedData(JSON.parse(typedData))
