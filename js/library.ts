/** The public functions. */
import type { Notify } from './accepted.js'
import { buying } from './buying.js'
import { calling, describeWallets, undecided, unsignalled } from './calling.js'
import { Conversation } from './conversation.js'
import type { Call, Core } from './core.js'
import { refuse, restate } from './error.js'
import { tell } from './events.js'
import { readStatus } from './generation.js'
import { compose } from './image.js'
import { Lease } from './lease.js'
import { members } from './members.js'
import { copies, readMembers, readOptions, readRequest, staying, type Options } from './options.js'
import { storeOf } from './store.js'
import { Transport } from './transport.js'
import type { BalanceOptions, Client, Config, Eip1193Provider, Library, TaskFilter, WasmSource } from './types.js'
import { atHand, checkWallet, findWallets, numberAtHand, numberOf, payerOf, watchWallets } from './wallets.js'
import { complete, prepare } from './wanted.js'

/** The public functions over a way to load the WebAssembly. */
export function library(load: (source?: WasmSource) => Promise<Core>): Library {
  const createClient = (config?: Config) => client(load, config)
  return { ...createClient(), createClient, init: async (source) => void (await load(source)) }
}

function client(load: () => Promise<Core>, config?: Config): Client {
  const over = (options?: Config): Options => readOptions(options, readOptions(config))
  const { ready, submit, holding, accepted } = buying(load)

  return {
    submit: async (given, options) => submit(given, over(options)),
    generate: async (given, options) => {
      const all = over(options)
      const { signal, onEvent, onProgress } = all
      return (await submit(given, all)).wait(members({ signal, onEvent, onProgress }))
    },
    quote: async (given, options) => {
      const all = over(options)
      const request = readRequest(given)
      const [core, { fields, picture }] = await ready(all.signal, prepare(request, all, load))
      const transport = new Transport({ compose: (text) => compose(text, picture) })
      const { update } = new Lease(storeOf(all.storage))
      const reader = readerOf(atHand(all.wallet))
      return complete(
        await calling(all, (call) => core.quote({ ...call, ...reader, request: fields, update }), transport),
        request,
      )
    },
    status: async (taskId, options) => {
      const all = over(options)
      const [core] = await ready(all.signal).catch((error) => {
        throw restate(error, { stage: 'wait', paid: 'unknown' })
      })
      const task = typeof taskId === 'string' ? taskId : ''
      const { read } = new Lease(storeOf(all.storage))
      return readStatus(await calling(all, (call) => core.watch({ ...call, read, task })), null)
    },
    resume: async (taskId, options) => {
      const all = over(options)
      if (typeof (taskId ?? '') !== 'string')
        throw refuse('invalid_request', '`resume` takes the id of a purchase or of a task')
      const [core] = await undecided(ready(all.signal))
      const hear: Notify = (event) => tell(all, event)
      const { outcome } = await holding(all, (held) => core.resume({ ...held, notify: hear }, taskId))
      if (!outcome) return null
      const { id, baseUrl, task, result } = outcome
      return accepted(id, { ...task, ...(result && { result }) }, baseUrl ? staying(all, baseUrl) : all, hear)
    },
    tasks: async (given) => {
      const filter = copies(readMembers<TaskFilter>('filter', given, ['unfinished', 'limit']))
      const [core] = await ready(undefined)
      const { list, update } = new Lease(storeOf(over().storage))
      return calling(unsignalled(over()), (call) => core.tasks({ ...call, list, update, filter }))
    },
    forget: async (id) => {
      if (typeof id !== 'string') throw refuse('invalid_request', '`forget` takes the id of a purchase')
      const [core] = await ready(undefined)
      const lease = new Lease(storeOf(over().storage))
      const { recall, update } = lease
      const forgetting = calling(unsignalled(over()), (call) => core.forget({ ...call, recall, update }, id))
      return forgetting.finally(lease.end)
    },
    budget: async (options) => {
      const all = over(options)
      const [core] = await ready(undefined)
      const { list } = new Lease(storeOf(all.storage))
      return calling(unsignalled(all), (call) => core.budget({ ...call, list }))
    },
    wallets: async (options) => {
      const { waitMs } = readMembers<{ waitMs: number }>('options', options, ['waitMs'])
      if (typeof (waitMs ?? 0) !== 'number') throw refuse('invalid_request', '`waitMs` takes a number of milliseconds')
      return findWallets(waitMs ?? undefined)
    },
    watchWallets,
    balance: async (options) => {
      const { network, ...given } = readMembers<BalanceOptions>('options', options, ['wallet', 'address', 'network'])
      const bound = over()
      const wallet = given.wallet ?? bound.wallet
      checkWallet(wallet)
      const address = given.address ?? payerOf(wallet)
      const payer = address !== undefined && { payer: address }
      const where = network ? readOptions({ networks: [network] }) : unsignalled(bound)
      const [core] = await ready(undefined)
      const { find, ask, end } = new Conversation(wallet)
      const read = calling(where, (call) =>
        core.balance({ ...call, ...payer, ...members({ wallet: numberAtHand(wallet) }), find, ask }),
      )
      return read.catch(describeWallets).finally(end)
    },
  }
}

/** What the core needs to read through a wallet without a prompt, if there is one. */
function readerOf(provider: Eip1193Provider | undefined): Pick<Call, 'find' | 'ask' | 'wallet'> {
  if (!provider) return {}
  const { find, ask } = new Conversation(provider)
  return { find, ask, wallet: numberOf(provider) }
}
