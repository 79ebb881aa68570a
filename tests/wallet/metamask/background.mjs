import { JsonRpcEngine } from '@metamask/json-rpc-engine'
import { JsonRpcEngineV2, asLegacyMiddleware, createScaffoldMiddleware } from '@metamask/json-rpc-engine/v2'
import { createEngineStream } from '@metamask/json-rpc-middleware-stream'
import { Messenger } from '@metamask/messenger'
import { rpcErrors } from '@metamask/rpc-errors'
import { openKeyring } from '../keyring.mjs'
import { createSession } from '../session.mjs'
import { createApprovals } from './approvals.mjs'
import { chainHandlers } from './chains.mjs'
import { createDisconnect } from './disconnect.mjs'
import { networkOf } from './network.mjs'
import { permissionHandlers } from './permissions.mjs'
import { createReads } from './reads.mjs'
import { createSigning } from './signing.mjs'

/** The part of a wallet that lives outside the page: keys, prompts, chains. `stream` leads to the page's provider. */
export async function createBackground({ config, origin, decide }) {
  const engine = new JsonRpcEngine()
  const keyring = await openKeyring(config.privateKeys, config)
  const notify = (method, params) => engine.emit('notification', { jsonrpc: '2.0', method, params })
  const session = createSession(
    { ...config, accounts: keyring.accounts },
    {
      chainChanged: () => notify('metamask_chainChanged', networkOf(session)),
      accountsChanged: (accounts) => notify('metamask_accountsChanged', accounts),
    },
  )

  const root = new Messenger({ namespace: 'Root' })
  const child = (namespace) => new Messenger({ namespace, parent: root })
  const approvals = createApprovals({ messenger: child('ApprovalController'), origin, decide })

  const log = []
  const middleware = [
    record(log, origin),
    holdWhileLocked(session),
    createScaffoldMiddleware({
      ...permissionHandlers({ session, approvals }),
      ...chainHandlers({ session, approvals }),
    }),
    createSigning({ root, child, keyring, session }),
    createReads({ session, rpcUrl: config.rpcUrl }),
    refuse,
  ]
  engine.push(asLegacyMiddleware(JsonRpcEngineV2.create({ middleware })))

  return { stream: createEngineStream({ engine }), log, session, disconnect: createDisconnect({ session, notify }) }
}

const record =
  (log, origin) =>
  ({ request, context, next }) => {
    log.push({ method: request.method, params: request.params })
    context.set('origin', origin)
    context.set('networkClientId', 'active') // SignatureController asks by this name which chain is active
    return next()
  }

const holdWhileLocked =
  (session) =>
  async ({ request, next }) => {
    if (/^(eth_signTypedData|personal_sign)/.test(request.method)) await session.untilUnlocked()
    return next()
  }

function refuse({ request: { method } }) {
  throw rpcErrors.methodNotFound({
    message: `The method "${method}" does not exist / is not available.`,
    data: { method },
  })
}
