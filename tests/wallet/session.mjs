export const toHex = (chainId) => `0x${Number(chainId).toString(16)}`

/**
 * What the wallet shows to one page: active chain, permitted accounts, locked or not.
 * `tell` passes changes on to the page, in the vendor's way.
 */
export function createSession({ accounts, chainId, knownChains = [chainId], connected = false }, tell) {
  let unlocked = Promise.resolve()
  let openLock = () => {}

  const session = {
    accounts,
    chainId: toHex(chainId),
    knownChains: new Set([...knownChains, chainId].map(toHex)),
    selected: accounts[0],
    permitted: connected ? [accounts[0]] : [],
    isUnlocked: true,

    setChain(next) {
      session.chainId = toHex(next)
      session.knownChains.add(session.chainId)
      tell.chainChanged(session.chainId)
    },
    setAccounts(next) {
      session.permitted = next
      tell.accountsChanged(next)
    },
    lock() {
      session.isUnlocked = false
      unlocked = new Promise((resolve) => { openLock = resolve; })
      tell.locked?.()
    },
    unlock() {
      session.isUnlocked = true
      tell.unlocked?.()
      openLock()
    },
    untilUnlocked: () => unlocked,
  }
  return session
}
