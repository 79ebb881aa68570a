import { networkOf } from './network.mjs'

/**
 * The two ways in which MetaMask's provider says `disconnect`, each with a text of its own: 1013, the chain is out of
 * reach and the next change of chain connects again; 1011, the extension is gone until the page reloads.
 */
export const createDisconnect =
  ({ session, notify }) =>
  ({ code = 1013, message } = {}) => {
    const ways = {
      1011: () => notify('METAMASK_STREAM_FAILURE'),
      1013: () => notify('metamask_chainChanged', networkOf(session, false)),
    }
    if (!ways[code] || message) throw new Error('MetaMask disconnects with 1013 or 1011, in words of its own')
    ways[code]()
  }
