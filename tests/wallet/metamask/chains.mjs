import { providerErrors, rpcErrors } from '@metamask/rpc-errors'
import { networkOf } from './network.mjs'

const ADD_CHAIN_KEYS = ['chainId', 'chainName', 'blockExplorerUrls', 'iconUrls', 'rpcUrls', 'nativeCurrency']

/** Switching and adding chains. Ours: these handlers are part of the extension, not of its packages. */
export function chainHandlers({ session, approvals }) {
  async function switchTo(chainId) {
    if (chainId === session.chainId) return
    await approvals.ask('wallet_switchEthereumChain', { chainId })
    session.setChain(chainId)
  }

  return {
    eth_chainId: () => session.chainId,
    net_version: () => networkOf(session).networkVersion,

    async wallet_switchEthereumChain({ request }) {
      const chainId = readChainId(readObject(request.params).chainId)
      if (!session.knownChains.has(chainId)) throw unrecognizedChain(chainId)
      await switchTo(chainId)
      return null
    },

    async wallet_addEthereumChain({ request }) {
      const chain = readObject(request.params)
      const chainId = readChainId(chain.chainId)
      checkNewChain(chain)
      if (!session.knownChains.has(chainId)) {
        await approvals.ask('wallet_addEthereumChain', { chainId })
        session.knownChains.add(chainId)
      }
      try {
        await switchTo(chainId)
      } catch (error) {
        if (error.code !== 4001) throw error // as in MetaMask: added but not switched is still a success
      }
      return null
    },
  }
}

function readObject(params) {
  const [value] = Array.isArray(params) ? params : []
  if (value === null || typeof value !== 'object') {
    throw rpcErrors.invalidParams({
      message: `Expected single, object parameter. Received:\n${JSON.stringify(params)}`,
    })
  }
  return value
}

function readChainId(chainId) {
  if (typeof chainId !== 'string' || !/^0x[1-9a-f][0-9a-f]*$/i.test(chainId)) {
    throw rpcErrors.invalidParams({
      message: `Expected 0x-prefixed, unpadded, non-zero hexadecimal string 'chainId'. Received:\n${chainId}`,
    })
  }
  return chainId.toLowerCase()
}

function checkNewChain(chain) {
  const unknown = Object.keys(chain).filter((key) => !ADD_CHAIN_KEYS.includes(key))
  if (unknown.length > 0) {
    throw rpcErrors.invalidParams({
      message: `Received unexpected keys on object parameter. Unsupported keys:\n${unknown}`,
    })
  }
  if (!Array.isArray(chain.rpcUrls) || !chain.rpcUrls.some(isUsableRpcUrl)) {
    throw rpcErrors.invalidParams({
      message: `Expected an array with at least one valid string HTTPS url 'rpcUrls', Received:\n${chain.rpcUrls}`,
    })
  }
}

const isUsableRpcUrl = (url) => /^https:|^http:\/\/(localhost|127\.0\.0\.1)/.test(url)

const unrecognizedChain = (chainId) =>
  providerErrors.custom({
    code: 4902,
    message: `Unrecognized chain ID "${chainId}". Try adding the chain using wallet_addEthereumChain first.`,
  })
