import { onAbort, unlessAborted } from './abort.js'
import { Conversation } from './conversation.js'
import type { AcceptedTask, Call, Core, CoreQuote } from './core.js'
import { asError, ImagineError, isImagineError, refuse, restate, type Failure } from './error.js'
import { tell } from './events.js'
import { quietly } from './attempt.js'
import { readResult, readStatus, type Completed, type CoreStatus, type Kept } from './generation.js'
import { need } from './globals.js'
import { Lease } from './lease.js'
import { compose, readImage, type Picture } from './image.js'
import { readBody, Transport } from './transport.js'
import { members } from './members.js'
import { mobileLinks } from './mobile.js'
import { copies, readMembers, readOptions, readPurchase, readRequest, staying, type Options } from './options.js'
import { storeOf } from './store.js'
import { tellOthers } from './tabs.js'
import { AcceptedTaskHandle } from './task.js'
import { together, type Purchase } from './together.js'
import type {
  BalanceOptions,
  Client,
  Config,
  Eip1193Provider,
  GenerateRequest,
  ImagineEvent,
  Library,
  Quote,
  Receipt,
  Task,
  TaskFilter,
  WasmSource,
} from './types.js'
import { Watcher } from './watcher.js'
import {
  atHand,
  findWallets,
  numberAtHand,
  numberOf,
  payerOf,
  present,
  providerOf,
  tagOf,
  watchWallets,
} from './wallets.js'

/** The public functions over a way to load the WebAssembly. */
export function library(load: (source?: WasmSource) => Promise<Core>): Library {
  const createClient = (config?: Config) => client(load, config)
  return { ...createClient(), createClient, init: async (source) => void (await load(source)) }
}

function client(load: () => Promise<Core>, config?: Config): Client {
  const over = (options?: Config): Options => readOptions(options, readOptions(config))

  let loaded: Core | undefined

  const ready = <T>(signal: AbortSignal | undefined, work?: Promise<T>) => {
    const all = Promise.all([load().then((core) => (loaded = core)), work as T])
    return unlessAborted(signal, all, (reason) =>
      refuse('aborted', 'aborted before anything was sent', { cause: reason }),
    )
  }

  const submit = async (given: GenerateRequest | Quote, options: Options): Promise<Task> => {
    const { request, quote } = readPurchase(given)
    if (quote?.accepted?.taskId) return found(quote.accepted.id, quote.accepted.taskId, quote.accepted.baseUrl, options)
    const { signal, wallet } = options
    checkWallet(wallet)
    const identify = async () => {
      const [core, wanted] = await ready(signal, prepare(request, options, load))
      const about = { request: wanted.fields, ...(quote && { quote }) }
      return { core, wanted, identified: await calling(options, (call) => core.identify({ ...call, ...about })) }
    }
    const { core, wanted, identified } = await unlookedUp(request.id, identify())
    return together({
      core,
      party: { ...identified, wallet: tagOf(wallet), account: payerOf(wallet) },
      signal,
      hear: (event) => tell(options, event),
      askAccount: (other) => {
        const { find, ask, end } = new Conversation(wallet)
        return calling(unsignalled(options), (call) => core.account({ ...call, find, ask }, other)).finally(end)
      },
      buy: (purchase, id) => {
        const named = id === undefined ? wanted : { ...wanted, fields: { ...wanted.fields, id } }
        return buy(core, purchase, named, { request, quote }, options)
      },
    })
  }

  /** Until the journal was read, a purchase that the page has named may have been paid, whatever goes wrong. */
  const unlookedUp = async <T>(id: unknown, work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (thrown) {
      const error = asError(thrown)
      if (typeof id !== 'string' || error.code === 'invalid_request' || loaded?.fresh(id)) throw error
      throw restate(error, { paid: 'unknown', retry: 'resume' })
    }
  }

  const buy = async (
    core: Core,
    purchase: Purchase,
    wanted: Wanted,
    { request, quote }: Ordered,
    options: Options,
  ): Promise<Task> => {
    const whole = (part: CoreQuote) => complete(part, request)
    const tellAll: Notify = (event) => purchase.tell(event)
    const notify = (event: BuyingEvent) =>
      tellAll(event.type === 'quoted' ? { type: 'quoted', quote: whole(event.quote) } : event)
    const { confirm } = options
    const page = {
      request: wanted.fields,
      ...members({ quote, payer: payerOf(options.wallet), wallet: numberAtHand(options.wallet) }),
      notify,
      stands: purchase.stands,
      ...(confirm && { confirm: (part: CoreQuote) => confirm(whole(part)) }),
    }
    const { id, outcome } = await holding(options, (held) => core.submit({ ...held, ...page }), wanted.picture)
    return accepted(id, outcome, options, tellAll)
  }

  /** Makes a call of the core that has hold of a purchase until it ends. */
  const holding = async <T>(
    options: Options,
    make: (held: Call) => Promise<T>,
    picture?: Picture,
  ): Promise<Held<T>> => {
    const lease = new Lease(storeOf(options.storage), options.signal, picture)
    const { recall, read, list, update, compose } = lease
    const conversation = new Conversation(options.wallet)
    const { invite, find, findOthers, ask } = conversation
    try {
      const transport = new Transport({ compose })
      const held = (call: Call) => make({ ...call, recall, read, list, update, invite, find, findOthers, ask })
      const outcome = await calling(options, held, transport).catch(describeWallets)
      return { id: lease.id, outcome }
    } finally {
      conversation.end()
      lease.end()
    }
  }

  /** A task that the server took without asking for payment. */
  const found = (id: string, taskId: string, baseUrl: string, options: Options) =>
    accepted(id, { taskId, receipt: null, paid: 'no' }, staying(options, baseUrl))

  /** The task stays with the service that took it, whatever a later wait asks for. */
  const accepted = (id: string, task: AcceptedTask, options: Options, notify?: Notify): Task => {
    const bought = unsignalled(options)
    const { taskId, receipt } = task
    const tellAll = notify ?? ((event) => tell(bought, event))
    tellAll({ type: 'accepted', taskId, receipt })
    const handle: AcceptedTaskHandle = new AcceptedTaskHandle(id, task, {
      watch: async ({ signal, layers }, notify) => {
        const waiting = layers.map(({ baseUrl: _, ...layer }) => layer)
        const hear = (event: WatchingEvent) =>
          notify(event.type === 'status' ? { ...event, status: readStatus(event.status, handle.receipt) } : event)
        const core = await load()
        const watcher = new Watcher(id)
        const { pause, takeTurn, told, transport } = watcher
        try {
          const all = { signal, layers: [...bought.layers, ...waiting] }
          const status = await calling(
            all,
            (call) => core.watch({ ...call, pause, takeTurn, told, task, notify: hear }),
            transport,
          )
          return readResult(status as Completed | Kept, handle.receipt)
        } finally {
          watcher.end()
        }
      },
      status: async () => {
        const core = await load()
        const transport = new Transport({ hear: (answer) => tellOthers(id, answer) })
        return readStatus(
          await calling(bought, (call) => core.watch({ ...call, task: { ...task, once: true } }), transport),
          handle.receipt,
        )
      },
      ended: (status, task, result) =>
        quietly(async () => {
          const core = await load()
          const { update } = new Lease(storeOf(bought.storage))
          const ended = { status, ...(result && { result }) }
          await calling(bought, (call) => core.finish({ ...call, update, task, ended }, id))
        }),
    })
    if (task.settlement) quietly(async () => handle.settled(await settle(id, task, bought)))
    return handle
  }

  /** Looks for the transaction of a task that was accepted without one, in the background and without a prompt. */
  const settle = async (id: string, task: AcceptedTask, options: Options): Promise<Receipt | undefined> => {
    const core = await load()
    const { find, ask } = new Conversation(options.wallet)
    const { update } = new Lease(storeOf(options.storage))
    return calling(options, (call) => core.settle({ ...call, find, ask, update, task }, id))
  }

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

/** Options of a call that nobody aborts. */
const unsignalled = (options: Options): Options => ({ ...options, signal: undefined })

/** What came of a call, and the purchase that it had hold of. */
interface Held<T> {
  id: string
  outcome: T
}

/** What is to be bought, and at which price if that was asked before. */
interface Ordered {
  request: GenerateRequest
  quote: Quote | undefined
}

type Notify = (event: ImagineEvent) => void

/** Events as the core gives them. */
type PlainEvent = Exclude<ImagineEvent, { type: 'quoted' | 'status' }>
type BuyingEvent = PlainEvent | { type: 'quoted'; quote: CoreQuote }
type WatchingEvent = PlainEvent | { type: 'status'; status: CoreStatus; heardAt: number }

function checkWallet(wallet: unknown): void {
  if (wallet === undefined || typeof wallet === 'string' || providerOf(wallet)) return
  throw refuse('invalid_request', "`wallet` takes an EIP-1193 provider, an EIP-6963 detail, or a wallet's rdns")
}

/** Makes a call of the core. It fails with a plain object; pages get a real error. */
async function calling<T>(
  { signal, layers }: Pick<Options, 'signal' | 'layers'>,
  make: (call: Call) => Promise<T>,
  { send, callOff } = new Transport(),
): Promise<T> {
  const { aborted, forget } = onAbort(signal)
  const abortReason = () => (signal?.aborted ? signal.reason : undefined)
  try {
    return await make({ options: layers, send, readBody, aborted, abortReason })
  } catch (failure) {
    throw isFailure(failure) ? new ImagineError(failure) : asError(failure)
  } finally {
    forget()
    callOff()
  }
}

/** What the core throws: the members of an error, not yet one. */
function isFailure(thrown: unknown): thrown is Failure {
  const isPlain = typeof thrown === 'object' && thrown !== null && !(thrown instanceof Error) && !isImagineError(thrown)
  return isPlain && 'paid' in thrown
}

interface Wanted {
  /**
   * The request as the core takes it: what is known of the picture in the place of the picture, `extra` as plain JSON.
   */
  fields: object
  picture: Picture | undefined
}

async function prepare(
  { prompt, image, extra, ...others }: GenerateRequest,
  { upload }: Options,
  load: () => Promise<Core>,
): Promise<Wanted> {
  if (upload === 'form') need('FormData')
  const fields = copies({ ...others, prompt: typeof prompt === 'string' ? prompt.trim() : prompt })
  const more = extra !== undefined && extra !== null && { extra: parsed(extra) }
  const picture = await readImage(image, load)
  if (typeof picture !== 'object') return { fields: { ...fields, ...more, image: picture }, picture: undefined }
  const {
    blob: { type, size },
    digest,
  } = picture
  return { fields: { ...fields, ...more, image: { type, digest, size: String(size) } }, picture }
}

/** What JSON makes of it; what JSON would leave out without a word is refused. */
function parsed(extra: unknown): unknown {
  const hold = (_: string, value: unknown) => {
    if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`JSON has no ${typeof value}`)
    return value
  }
  try {
    return JSON.parse(JSON.stringify(extra, hold))
  } catch (cause) {
    throw refuse('invalid_request', '`extra` takes what JSON can hold', { cause })
  }
}

function complete({ id, ...part }: CoreQuote, request: GenerateRequest): Quote {
  return { request: { ...request, id }, ...part }
}

/** Whatever goes wrong before a purchase is taken up, money may have moved for it. */
async function undecided<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw restate(asError(error), { stage: 'payment', paid: 'unknown', retry: 'resume' })
  }
}

/** What a page needs to let the visitor choose a wallet, or open it in one. */
function describeWallets(error: ImagineError): never {
  const { code } = error
  if (code !== 'no_wallet' && code !== 'wallet_ambiguous') throw error
  const wallets = present().map(({ name, rdns }) => ({ name, ...(rdns && { rdns }) }))
  throw restate(error, { details: { wallets, ...(code === 'no_wallet' && { links: mobileLinks() }) } })
}
