/** The public functions. */
import { buying } from './buying.js'
import { calling, describeWallets, undecided, unsignalled } from './calling.js'
import type { Core, CoreEvent } from './core.js'
import { refuse, restate } from './error.js'
import { tell } from './events.js'
import { readStatus } from './generation.js'
import { compose } from './image.js'
import { members } from './members.js'
import {
  copies,
  coreOptions,
  readMembers,
  readOptions,
  readRequest,
  staying,
  walletOf,
  type Options,
} from './options.js'
import { forgetVideo } from './saving.js'
import type { BalanceOptions, Client, Config, Library, TaskFilter, WasmSource } from './types.js'
import { checkWallet } from './wallet-like.js'
import { atHand, choose, finders, findWallets, numberAtHand, watchWallets } from './wallets.js'
import { complete, prepare } from './wanted.js'

/** The public functions over a way to load the WebAssembly. */
export function library(load: (source?: WasmSource) => Promise<Core>): Library {
  const createClient = (config?: Config) => client(load, config)
  return { ...createClient(), createClient, init: async (source) => void (await load(source)) }
}

function client(load: () => Promise<Core>, config?: Config): Client {
  const over = (options?: Config): Options => readOptions(options, readOptions(config))
  const { ready, submit, accepted } = buying(load)
  return {
    submit: async (given, options) => submit(given, over(options)),
    generate: async (given, options) => {
      const all = over(options)
      const { signal, onEvent, onProgress, keep } = all
      return (await submit(given, all)).wait(members({ signal, onEvent, onProgress, keep }))
    },
    quote: async (given, options) => {
      const all = over(options)
      const request = readRequest(given)
      const [core, { fields, picture }] = await ready(all.signal, prepare(request, all, load))
      // Read through without a prompt, if it is at hand.
      const reading = { ...all, wallet: atHand(all.wallet) }
      const page = { compose, ...members({ picture, walletNumber: numberAtHand(all.wallet) }) }
      return complete(await calling(core.quote(fields, coreOptions(reading), page)), request)
    },
    status: async (taskId, options) => {
      const all = over(options)
      const [core] = await ready(all.signal).catch((error) => {
        throw restate(error, { stage: 'wait', paid: 'unknown' })
      })
      const id = typeof taskId === 'string' ? taskId : ''
      return readStatus(await calling(core.status(id, coreOptions(all))), null)
    },
    resume: async (taskId, options) => {
      const given = over(options)
      if (typeof (taskId ?? '') !== 'string')
        throw refuse('invalid_request', '`resume` takes the id of a purchase or of a task')
      checkWallet(given.wallet)
      const all = { ...given, wallet: given.wallet ?? undefined }
      const [core] = await undecided(ready(all.signal))
      const onEvent = (event: CoreEvent) => {
        if (event.type !== 'quoted' && event.type !== 'status') tell(all, event)
      }
      const resuming = calling(core.resume(taskId, coreOptions(all, { onEvent }), { ...finders(all.wallet), compose }))
      const resumed = await resuming.catch(describeWallets(all.wallet))
      if (!resumed) return null
      const { id, baseUrl, task, result } = resumed
      return accepted(id, { ...task, ...(result && { result }) }, baseUrl ? staying(all, baseUrl) : all)
    },
    tasks: async (given) => {
      const filter = copies(readMembers<TaskFilter>('filter', given, ['unfinished', 'limit']))
      const [core] = await ready(undefined)
      return calling(core.tasks(filter, coreOptions(unsignalled(over()))))
    },
    forget: async (id) => {
      if (typeof id !== 'string') throw refuse('invalid_request', '`forget` takes the id of a purchase')
      const [core] = await ready(undefined)
      await calling(core.forget(id, coreOptions(unsignalled(over()))))
      await forgetVideo(id).catch(() => {})
    },
    budget: async (options) => {
      const all = over(options)
      const [core] = await ready(undefined)
      return calling(core.budget(coreOptions(unsignalled(all))))
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
      checkWallet(given.wallet)
      const chosen = walletOf(given.wallet, bound, options)
      const { wallet, payer } = await choose(chosen)
      const where = network ? readOptions({ networks: [network] }) : unsignalled(bound)
      const [core] = await ready(undefined)
      const page = {
        ...finders(wallet),
        ...members({ address: given.address, payer, walletNumber: numberAtHand(wallet) }),
      }
      return calling(core.balance(coreOptions({ ...where, wallet }), page)).catch(describeWallets(wallet))
    },
  }
}
