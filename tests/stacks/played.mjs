// Providers of services that cannot be had here. These run in the page, with what `libraries.js` exports.

/**
 * As in thirdweb 5.121.6 (src/adapters/eip1193/to-eip1193.ts), which is not installed: it takes over a gigabyte. Reads
 * go to the node, signatures to the account that the wallet has once it is connected.
 */
export const thirdwebProvider = ({ viem }, { rpcUrl }) => {
  const node = viem.createClient({ transport: viem.http(rpcUrl) })
  const ask = (method, params) => globalThis.ethereum.request({ method, params })
  let account
  const connect = async () => {
    const [address] = await ask('eth_requestAccounts')
    return { address, signTypedData: (typed) => ask('eth_signTypedData_v4', [address, JSON.stringify(typed)]) }
  }
  return {
    on: (event, listener) => globalThis.ethereum.on(event, listener),
    removeListener: (event, listener) => globalThis.ethereum.removeListener(event, listener),
    async request({ method, params }) {
      switch (method) {
        case 'eth_accounts':
          return account ? [account.address] : []
        case 'eth_requestAccounts':
          account ??= await connect()
          return [account.address]
        case 'eth_signTypedData_v4':
          if (!account) throw new Error('Account not connected')
          return account.signTypedData(JSON.parse(params[1]))
        default:
          return node.request({ method, params })
      }
    },
  }
}

/** Turnkey's own provider of one account; the service that keeps the account's key is played by that key. */
export async function turnkeyProvider(
  { createEIP1193Provider, privateKeyToAccount, viem, base },
  { privateKey, rpcUrl, asObject },
) {
  const account = privateKeyToAccount(privateKey)
  const turnkeyClient = {
    getWalletAccounts: async () => ({ accounts: [{ address: account.address }] }),
    async signRawPayload({ parameters }) {
      const { r, s, yParity } = viem.parseSignature(await account.sign({ hash: parameters.payload }))
      const signRawPayloadResult = { r: r.slice(2), s: s.slice(2), v: `0${yParity}` }
      return { activity: { status: 'ACTIVITY_STATUS_COMPLETED', result: { signRawPayloadResult } } }
    },
  }
  // It takes a node by https alone.
  const node = 'https://node.invalid'
  const { fetch } = globalThis
  globalThis.fetch = (url, init) => fetch(String(url).startsWith(node) ? rpcUrl : url, init)
  const { id, name, nativeCurrency } = base
  const chain = {
    chainId: viem.numberToHex(id),
    chainName: name,
    nativeCurrency,
    rpcUrls: [node],
    blockExplorerUrls: null,
  }
  const provider = await createEIP1193Provider({ turnkeyClient, organizationId: '', walletId: '', chains: [chain] })
  if (!asObject) return provider
  return {
    request: ({ method, params }) =>
      provider.request({
        method,
        params: method === 'eth_signTypedData_v4' ? [params[0], JSON.parse(params[1])] : params,
      }),
  }
}
