// What a wallet finds in its page: its config, the "user" who answers its prompts, and the shelf of handles for tests.

export const config = globalThis.__walletConfig

/** The user's answer to `{ type, origin, requestData }`: anything but `true` refuses. */
export const decide = async (prompt) => (globalThis.__walletDecide ? globalThis.__walletDecide(prompt) : true)

/** Takes a place for the wallet at once, so that the first wallet injected is the first on the shelf. */
export function shelve(rdns) {
  const handle = {}
  globalThis.__wallet ??= handle
  globalThis.__wallets ??= {}
  globalThis.__wallets[rdns] = handle
  return ({ log, session, disconnect }) => {
    const { accounts, setChain, setAccounts, lock, unlock } = session
    Object.assign(handle, { log, accounts, setChain, setAccounts, lock, unlock, disconnect })
  }
}
