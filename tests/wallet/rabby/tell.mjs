import { toHex } from '../session.mjs'

/** The events that Rabby's background pushes to its in-page script. */
export function createTell(channel) {
  const push = (event, data) => channel.send('message', { event, data })
  return {
    chainChanged(chainId) {
      // Its notice in the page.
      push('rabby:chainChanged', { id: Number(chainId), hex: toHex(chainId), name: `Chain ${Number(chainId)}` })
      push('chainChanged', { chain: chainId, networkVersion: String(Number(chainId)) })
    },
    accountsChanged: (accounts) => push('accountsChanged', accounts),
    locked() {
      push('accountsChanged', [])
      push('lock')
    },
    unlocked: () => push('unlock'),
    disconnected: () => push('disconnect'),
  }
}
