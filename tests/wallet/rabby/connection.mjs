/** `open` methods answer anyone; `guarded` ones make the flow connect the page first. */
export function connectionMethods({ session, tell, metamaskMode = false }) {
  const accounts = () => (session.isUnlocked ? session.permitted : [])

  return {
    // Asked by Rabby's own in-page script.
    tabCheckin: { open: () => null },
    getProviderState: {
      open: () => ({
        chainId: siteChain(session),
        networkVersion: networkVersion(session),
        accounts: accounts(),
        isUnlocked: session.isUnlocked,
      }),
    },
    'rabby:getProviderConfig': { open: () => ({ rdns: '', isMetamaskMode: metamaskMode }) },

    eth_accounts: { open: accounts },
    eth_chainId: { open: () => siteChain(session) },
    net_version: { open: () => networkVersion(session) },
    eth_requestAccounts: {
      guarded() {
        tell.accountsChanged(session.permitted)
        tell.chainChanged(session.chainId)
        return session.permitted
      },
    },
    wallet_requestPermissions: { guarded: () => permissionsOf(session) },
    wallet_getPermissions: { open: () => permissionsOf(session) },
    wallet_revokePermissions: {
      open() {
        session.setAccounts([])
        return null
      },
    },
  }
}

/** A page that is not connected has no chain of its own, and is shown Ethereum's. */
export const siteChain = ({ permitted, chainId }) => (permitted.length > 0 ? chainId : '0x1')

const networkVersion = (session) => String(Number(siteChain(session)))

const permissionsOf = ({ permitted }) => (permitted.length > 0 ? [{ parentCapability: 'eth_accounts' }] : [])
