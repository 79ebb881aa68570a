import BroadcastChannelMessage from '@rabby-wallet/page-provider/src/utils/message/broadcastChannelMessage.ts'
import { openKeyring } from '../keyring.mjs'
import { createSession } from '../session.mjs'
import { createApprovals } from './approvals.mjs'
import { chainMethods } from './chains.mjs'
import { connectionMethods } from './connection.mjs'
import { createFlow } from './flow.mjs'
import { createReads } from './reads.mjs'
import { signingMethods } from './signing.mjs'
import { createTell } from './tell.mjs'

/** Imitates the part of Rabby that is not published. Theirs here: the channel to the page. */
export async function createBackground({ config, origin, decide }) {
  const channel = new BroadcastChannelMessage({ name: 'rabby-content-script', target: 'rabby-page-provider' })
  const keyring = await openKeyring(config.privateKeys, config)
  const tell = createTell(channel)
  const session = createSession({ ...config, accounts: keyring.accounts }, tell)
  const approvals = createApprovals({ origin, decide })
  const read = createReads({ session, rpcUrl: config.rpcUrl })

  const handle = createFlow({
    session,
    approvals,
    read,
    methods: {
      ...connectionMethods({ session, tell, metamaskMode: config.metamaskMode }),
      ...chainMethods({ session, approvals }),
      ...signingMethods({ session, approvals, keyring }),
    },
  })

  const log = []
  channel.listen(({ method, params }) => {
    log.push({ method, params })
    return handle({ method, params: params ?? [] })
  })
  return { log, session, disconnect: createDisconnect(tell) }
}

const createDisconnect =
  (tell) =>
  ({ code = 4900, message } = {}) => {
    if (code !== 4900 || message) throw new Error('Rabby disconnects with 4900, in words of its own')
    tell.disconnected()
  }
