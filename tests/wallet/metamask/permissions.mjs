import { networkOf } from './network.mjs'

/** Connecting a page. Ours: these handlers are part of the extension, not of its packages. */
export function permissionHandlers({ session, approvals }) {
  return {
    metamask_getProviderState: () => ({
      ...networkOf(session),
      isUnlocked: session.isUnlocked,
      accounts: session.permitted,
    }),
    metamask_sendDomainMetadata: () => true,

    async eth_requestAccounts() {
      if (session.permitted.length === 0) {
        await approvals.ask('wallet_requestPermissions', { eth_accounts: {} })
        session.setAccounts([session.selected])
      }
      await session.untilUnlocked()
      return session.permitted
    },

    wallet_revokePermissions() {
      session.setAccounts([])
      return null
    },
  }
}
