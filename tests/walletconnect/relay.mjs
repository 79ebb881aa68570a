// A stand-in for WalletConnect's relay. The real one is a closed service that needs an account and the network.
// It has the methods that both ends call, as the relay's specification describes them, and checks no tokens.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { WebSocketServer } from 'ws'

/** Clients in Node drop a connection that has not been pinged for 35 seconds. */
const PING_INTERVAL_MS = 10_000

/** Starts a relay: it passes encrypted messages between the clients that subscribe to a topic. */
export async function startRelay() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const topics = createTopics()
  server.on('connection', (socket, { url }) => serve(socket, senderOf(url), topics))
  const pinging = setInterval(() => {
    for (const socket of server.clients) socket.ping()
  }, PING_INTERVAL_MS)
  return {
    /** The options that lead one of WalletConnect's clients here. */
    access: { relayUrl: `ws://127.0.0.1:${server.address().port}`, projectId: '0'.repeat(32) },
    /** Cuts every connection; resolves once as many clients are back. */
    async cut() {
      const clients = [...server.clients]
      await Promise.all(clients.map(end))
      while (server.clients.size < clients.length) await once(server, 'connection')
    },
    async stop() {
      clearInterval(pinging)
      for (const socket of server.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function end(socket) {
  const closed = once(socket, 'close')
  socket.terminate()
  return closed
}

/** Returns the client's public key, which stays the same when it reconnects. */
function senderOf(url) {
  const [, claims] = new URL(url, 'ws://relay').searchParams.get('auth').split('.')
  return JSON.parse(Buffer.from(claims, 'base64url')).iss
}

function serve(socket, sender, topics) {
  const send = (message) => socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }))
  let deliveries = 0
  const deliver = (subscription, data) =>
    send({ id: ++deliveries, method: 'irn_subscription', params: { id: subscription, data } })
  const client = { sender, deliver }

  socket.on('message', (text) => {
    const { id, method, params } = JSON.parse(text)
    // Without a method it acknowledges a delivery.
    if (method) send({ id, ...answer(method, params, client, topics) })
  })
  socket.on('close', () => topics.leave(client))
}

function answer(method, params, client, topics) {
  const call = METHODS[method]
  if (!call) return { error: { code: -32601, message: `the stand-in relay has no ${method}` } }
  return { result: call(params, client, topics) ?? true }
}

const METHODS = {
  irn_publish: ({ topic, message }, client, topics) => topics.publish(topic, message, client),
  irn_subscribe: ({ topic }, client, topics) => topics.subscribe(topic, client),
  irn_batchSubscribe: (params, client, topics) => params.topics.map((topic) => topics.subscribe(topic, client)),
  irn_unsubscribe: ({ topic }, client, topics) => topics.unsubscribe(topic, client),
  wc_proposeSession({ pairingTopic, sessionProposal }, client, topics) {
    topics.subscribe(pairingTopic, client)
    topics.publish(pairingTopic, sessionProposal, client)
  },
  wc_approveSession({ pairingTopic, sessionTopic, ...messages }, client, topics) {
    topics.subscribe(sessionTopic, client)
    topics.publish(pairingTopic, messages.sessionProposalResponse, client)
    topics.publish(sessionTopic, messages.sessionSettlementRequest, client)
  },
}

/** Keeps every message for clients that subscribe later; clients ignore what they have received before. */
function createTopics() {
  const topics = new Map()
  const open = (name) => {
    if (!topics.has(name)) topics.set(name, { mail: [], subscriptions: new Map() })
    return topics.get(name)
  }

  return {
    publish(name, message, { sender }) {
      const { mail, subscriptions } = open(name)
      const letter = { sender, data: { topic: name, message, publishedAt: Date.now() } }
      mail.push(letter)
      for (const [client, id] of subscriptions) hand(letter, client, id)
    },
    subscribe(name, client) {
      const { mail, subscriptions } = open(name)
      const id = randomUUID()
      subscriptions.set(client, id)
      for (const letter of mail) hand(letter, client, id)
      return id
    },
    unsubscribe: (name, client) => void open(name).subscriptions.delete(client),
    leave(client) {
      for (const { subscriptions } of topics.values()) subscriptions.delete(client)
    },
  }
}

function hand({ sender, data }, client, subscription) {
  if (client.sender !== sender) client.deliver(subscription, data)
}
