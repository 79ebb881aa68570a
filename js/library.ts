import { unlessAborted } from './abort.js'
import { Conversation } from './conversation.js'
import type { AcceptedTask, Call, Core, CoreQuote } from './core.js'
import { ImagineError, refuse, restate, type Failure } from './error.js'
import { tell } from './events.js'
import { readGeneration, readStatus, type CoreStatus } from './generation.js'
import { readImage } from './image.js'
import { finish, journal, merge, type Entry } from './journal.js'
import { mobileLinks } from './mobile.js'
import { findPurchase, forgetPurchase, Hold, listTasks, together } from './purchases.js'
import { read } from './read.js'
import { AcceptedTaskHandle } from './task.js'
import type { Client, Config, GenerateRequest, ImagineEvent, Library, Quote, Task, WasmSource } from './types.js'
import { findWallets, payerOf, present, providerOf } from './wallets.js'

/** The public functions over a way to load the WebAssembly. */
export function library(load: (source?: WasmSource) => Promise<Core>): Library {
  const createClient = (config?: Config) => client(load, config)
  return { ...createClient(), createClient, init: async (source) => void (await load(source)) }
}

function client(load: () => Promise<Core>, config?: Config): Client {
  const over = (options?: Config): Config => merged(config, options)

  const ready = <T>(signal: AbortSignal | undefined, work?: Promise<T>) => {
    const all = Promise.all([load(), work as T])
    return unlessAborted(signal, all, (reason) => refuse('aborted', 'aborted before anything was sent', reason))
  }

  const submit = async (given: GenerateRequest | Quote, options: Config): Promise<Task> => {
    const quote = isQuote(given) ? given : undefined
    if (quote?.accepted?.taskId) return found(quote.accepted.id, quote.accepted.taskId, quote.accepted.baseUrl, options)
    const request = isQuote(given) ? given.request : given
    const { signal, baseUrl, maxPrice, networks, assets, payTo, budget, storage, wallet } = options
    if (wallet !== undefined && typeof wallet !== 'string' && !providerOf(wallet)) {
      throw refuse('invalid_request', "`wallet` takes an EIP-1193 provider, an EIP-6963 detail, or a wallet's rdns")
    }
    const [core, wanted] = await ready(signal, readRequest(request))
    const same = {
      text: JSON.stringify([wanted.request, baseUrl, maxPrice, networks, assets, payTo, budget, storage]),
      image: wanted.image && request.image,
      wallet,
    }
    return together(same, signal, (id) => {
      const named = id === undefined ? wanted : { ...wanted, request: { ...wanted.request, id } }
      return buy(core, named, request, quote, options)
    })
  }

  const buy = (core: Core, wanted: Wanted, request: GenerateRequest, quote: Quote | undefined, options: Config): Promise<Task> => {
    const whole = (part: CoreQuote) => complete(part, request)
    const notify = (event: BuyingEvent) => tell(options, event.type === 'quoted' ? { type: 'quoted', quote: whole(event.quote) } : event)
    const { confirm } = options
    const payer = payerOf(options.wallet)
    const page = {
      ...wanted,
      ...(quote && { quote }),
      ...(payer && { payer }),
      notify,
      ...(confirm && { confirm: (part: CoreQuote) => confirm(whole(part)) }),
    }
    return holding(options, (held) => core.submit({ ...held, ...page }))
  }

  /** Takes a purchase up of which nobody knows how it ended. */
  const takeUp = async (id: string, options: Config): Promise<Task> => {
    const [core] = await undecided(ready(options.signal))
    return holding(options, (held) => core.resume({ ...held, notify: (event: ImagineEvent) => tell(options, event) }, id))
  }

  /** Runs a call of the core that has hold of a purchase until it ends. */
  const holding = async (options: Config, run: (held: Call) => Promise<{ id: string; task: AcceptedTask }>): Promise<Task> => {
    const hold = new Hold(journal(options.storage), options.signal)
    const { recall, write } = hold
    const conversation = new Conversation(options.wallet)
    const { invite, find, ask } = conversation
    try {
      const { id, task } = await failing(run({ ...call(options), recall, write, invite, find, ask })).catch(describeWallets)
      return accepted(id, task, options)
    } finally {
      conversation.end()
      await hold.end()
    }
  }

  /** A task that the server took without asking for payment. */
  const found = (id: string, taskId: string, baseUrl: string, options: Config) => accepted(id, { taskId, receipt: null }, { ...options, baseUrl })

  /** The task stays with the service that took it, whatever a later wait asks for. */
  const accepted = (id: string, task: AcceptedTask, { signal: _, ...bought }: Config): Task => {
    tell(bought, { type: 'accepted', ...task })
    return new AcceptedTaskHandle(id, task, {
      watch: async (options, notify) => {
        const { baseUrl: _, ...waiting }: Config = options
        const hear = (event: WatchingEvent) => notify(event.type === 'status' ? { ...event, status: readStatus(event.status, task.receipt) } : event)
        const answer = await failing((await load()).watch({ ...call(merged(bought, waiting)), task, notify: hear }))
        return readGeneration(answer, task.taskId, task.receipt)
      },
      status: async () => readStatus(await failing((await load()).status(call(bought), task.taskId)), task.receipt),
      ended: (status) => void journal(bought.storage).change(id, finish(status)).catch(() => {}),
    })
  }

  return {
    submit: async (given, options) => submit(given, over(options)),
    generate: async (given, options) => {
      const all = over(options)
      return (await submit(given, all)).wait(all)
    },
    quote: async (request, options) => {
      const all = over(options)
      const [core, wanted] = await ready(all.signal, readRequest(request))
      const write = (id: string, entry: Entry) => journal(all.storage).change(id, (record) => record ?? merge(id, entry)(undefined))
      return complete(await failing(core.quote({ ...call(all), ...wanted, write })), request)
    },
    status: async (taskId, options) => {
      const all = over(options)
      const [core] = await ready(all.signal).catch((error) => {
        throw restate(error, { stage: 'wait', paid: 'unknown' })
      })
      return readStatus(await failing(core.status(call(all), typeof taskId === 'string' ? taskId : '')), null)
    },
    resume: async (taskId, options) => {
      const all = over(options)
      const looking = findPurchase(journal(all.storage), taskId)
      const purchase = await undecided(unlessAborted(all.signal, looking, (reason) => refuse('aborted', 'aborted before the purchase was taken up', reason)))
      if (!purchase || purchase.paid === 'no' && !purchase.taskId) return null
      const there = { ...all, baseUrl: purchase.order.baseUrl }
      const { taskId: known, receipt = null } = purchase
      return known ? accepted(purchase.id, { taskId: known, receipt }, there) : takeUp(purchase.id, there)
    },
    tasks: (filter) => listTasks(journal(config?.storage), filter),
    forget: (id) => forgetPurchase(journal(config?.storage), id),
    wallets: (options) => findWallets(options),
  }
}

/** Events as the core gives them. */
type PlainEvent = Exclude<ImagineEvent, { type: 'quoted' | 'status' }>
type BuyingEvent = PlainEvent | { type: 'quoted'; quote: CoreQuote }
type WatchingEvent = PlainEvent | { type: 'status'; status: CoreStatus; heardAt: number }

/**
 * The options of a call over those of its client. What is `undefined` or `null` is not given; only a `timeout` of `null` means
 * something. A client's networks, tokens, recipients and budget are limits, which no call lifts.
 */
function merged(config?: Config, options?: Config): Config {
  const limits = given({ networks: config?.networks, assets: config?.assets, payTo: config?.payTo, budget: config?.budget })
  const all: Config = { ...given(config), ...given(options), ...limits }
  const { signal } = all
  if (signal && typeof signal.addEventListener !== 'function') throw refuse('invalid_request', '`signal` takes an AbortSignal')
  return all
}

function given(options: object | null | undefined): object {
  const isGiven = ([key, value]: [string, unknown]) => value !== undefined && (value !== null || key === 'timeout')
  return Object.fromEntries(Object.entries(options ?? {}).filter(isGiven))
}

/** The part of a call that every function shares. `null`, which the core cannot tell from absent, goes as a word. */
function call(options: Config): Call {
  const { signal, timeout, ...rest } = options
  return { options: { ...rest, timeout: timeout === null ? 'none' : timeout }, read, ...(signal && { signal }) }
}

type Wanted = Pick<Call, 'request' | 'image'>

/** The request as the core takes it: the picture as text, or its bytes beside it; `extra` as plain JSON. */
async function readRequest(request: GenerateRequest): Promise<Wanted> {
  const { text, bytes } = await readImage(request?.image)
  return { request: { ...request, image: text, extra: plain(request?.extra) }, ...(bytes && { image: bytes }) }
}

function plain(extra: unknown): unknown {
  try {
    return extra && JSON.parse(JSON.stringify(extra))
  } catch (cause) {
    throw refuse('invalid_request', '`extra` takes what JSON can hold', cause)
  }
}

function complete({ id, ...part }: CoreQuote, request: GenerateRequest): Quote {
  return { request: { ...request, id }, ...part }
}

function isQuote(given: GenerateRequest | Quote): given is Quote {
  return typeof given === 'object' && given !== null && 'price' in given && 'request' in given
}

/** Whatever goes wrong before a purchase is taken up, money may have moved for it. */
async function undecided<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw restate(error as ImagineError, { stage: 'payment', paid: 'unknown', retry: 'resume' })
  }
}

/** What a page needs to let the visitor choose a wallet, or open it in one. */
function describeWallets(error: ImagineError): never {
  const { code } = error
  if (code !== 'no_wallet' && code !== 'wallet_ambiguous') throw error
  const wallets = present().map(({ name, rdns }) => ({ name, ...(rdns && { rdns }) }))
  throw restate(error, { details: { wallets, ...(code === 'no_wallet' && { links: mobileLinks() }) } })
}

/** The core fails with a plain object; pages get a real error. */
async function failing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (failure) {
    throw failure instanceof Error ? failure : new ImagineError(failure as Failure)
  }
}
