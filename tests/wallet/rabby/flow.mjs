import { ethErrors } from 'eth-rpc-errors'

/** What every request goes through: is there such a method, is the wallet unlocked, is the page connected. */
export function createFlow({ session, approvals, read, methods }) {
  const untilUnlocked = oneAtATime('unlock', () => session.untilUnlocked())
  const untilConnected = oneAtATime('connect', async () => {
    await approvals.ask('wallet_requestPermissions', { eth_accounts: {} })
    session.permitted = [session.selected]
  })

  return async ({ method, params }) => {
    const known = methods[method]
    if (!known && method.startsWith('eth_')) return read(method, params)
    if (!known) throw ethErrors.rpc.methodNotFound(`method [${method}] doesn't has corresponding handler`)

    if (known.open) return known.open(params)
    if (!session.isUnlocked) await untilUnlocked()
    if (session.permitted.length === 0) await untilConnected()
    return known.guarded(params)
  }
}

function oneAtATime(name, step) {
  let pending = false
  return async () => {
    if (pending) throw ethErrors.rpc.resourceNotFound(`Already processing ${name}. Please wait.`)
    pending = true
    try {
      await step()
    } finally {
      pending = false
    }
  }
}
