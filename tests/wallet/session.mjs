export const toHex = (chainId) => `0x${Number(chainId).toString(16)}`

/**
 * What the wallet shows to one page: active chain, permitted accounts, locked or not.
 * `tell` passes changes on to the page, in the vendor's way.
 */
export function createSession({ accounts, chainId, knownChains = [chainId], connected = false }, tell) {
  const key = `wallet ${accounts[0]}`
  let permitted = quietly(() => JSON.parse(sessionStorage.getItem(key))) ?? (connected ? [accounts[0]] : [])
  let unlocked = Promise.resolve()
  let openLock = () => {}

  const session = {
    accounts,
    chainId: toHex(chainId),
    knownChains: new Set([...knownChains, chainId].map(toHex)),
    selected: accounts[0],
    /** Remembered over reloads of the tab, as wallets do. */
    get permitted() {
      return permitted
    },
    set permitted(next) {
      permitted = next
      quietly(() => sessionStorage.setItem(key, JSON.stringify(next)))
    },
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
      unlocked = new Promise((resolve) => {
        openLock = resolve
      })
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

/** A page may have no storage. */
function quietly(act) {
  try {
    return act()
  } catch {
    return undefined
  }
}
