import { ethErrors } from 'eth-rpc-errors'
import { toHex } from '../session.mjs'

/** Chains that Rabby supports are switched to without a prompt, and need no adding. */
export const chainMethods = ({ session, approvals }) => ({
  wallet_switchEthereumChain: {
    guarded([chain]) {
      const chainId = readChainId(chain)
      if (!session.knownChains.has(toHex(chainId))) throw unrecognizedChain(chainId)
      session.setChain(chainId)
      return null
    },
  },

  wallet_addEthereumChain: {
    async guarded([chain]) {
      const chainId = readChainId(chain)
      if (!session.knownChains.has(toHex(chainId))) await approvals.ask('wallet_addEthereumChain', { chainId })
      session.setChain(chainId)
      return null
    },
  },
})

function readChainId(chain) {
  if (!chain) throw ethErrors.rpc.invalidParams('params is required but got []')
  if (!chain.chainId) throw ethErrors.rpc.invalidParams('chainId is required')
  return chain.chainId
}

const unrecognizedChain = (chainId) =>
  ethErrors.provider.custom({
    code: 4902,
    message: `Unrecognized chain ID "${chainId}". Try adding the chain using wallet_switchEthereumChain first.`,
  })
