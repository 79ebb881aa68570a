const hex = (chainId) => `0x${Number(chainId).toString(16)}`

/** What the wallet shows to one page: active chain, permitted accounts, locked or not. `notify` tells the page of changes. */
export function createSession({ accounts, chainId, knownChains = [chainId], connected = false }, notify) {
  let unlocked = Promise.resolve()
  let openLock = () => {}

  const session = {
    chainId: hex(chainId),
    knownChains: new Set([...knownChains, chainId].map(hex)),
    selected: accounts[0],
    permitted: connected ? [accounts[0]] : [],
    isUnlocked: true,

    setChain(next) {
      session.chainId = hex(next)
      session.knownChains.add(session.chainId)
      notify('metamask_chainChanged', session.network())
    },
    setAccounts(next) {
      session.permitted = next
      notify('metamask_accountsChanged', next)
    },
    lock() {
      session.isUnlocked = false
      unlocked = new Promise((resolve) => { openLock = resolve; })
    },
    unlock() {
      session.isUnlocked = true
      openLock()
    },
    untilUnlocked: () => unlocked,
    network: () => ({ chainId: session.chainId, networkVersion: String(Number(session.chainId)), isConnected: true }),
  }
  return session
}
