import { onAbort, unlessAborted } from './abort.js'
import { Conversation } from './conversation.js'
import type { AcceptedTask, Call, Core, CoreQuote } from './core.js'
import { asError, ImagineError, isImagineError, refuse, restate, type Failure } from './error.js'
import { tell } from './events.js'
import { quietly } from './attempt.js'
import { readGeneration, readStatus, type Completed, type CoreStatus } from './generation.js'
import { need } from './globals.js'
import { compose, readImage, type Picture } from './image.js'
import { finish, journal, merge, soon, type Entry } from './journal.js'
import { Line } from './line.js'
import { mobileLinks } from './mobile.js'
import { findPurchase, forgetPurchase, Hold, listTasks, together } from './purchases.js'
import { NOBODY } from './rehearsal.js'
import { tellOthers } from './tabs.js'
import { AcceptedTaskHandle } from './task.js'
import type { Client, Config, Eip1193Provider, GenerateRequest, ImagineEvent, Library, Quote, Receipt, Task, WasmSource } from './types.js'
import { Vigil } from './vigil.js'
import { atHand, findWallets, payerOf, present, providerOf, watchWallets } from './wallets.js'

/** The public functions over a way to load the WebAssembly. */
export function library(load: (source?: WasmSource) => Promise<Core>): Library {
  const createClient = (config?: Config) => client(load, config)
  return { ...createClient(), createClient, init: async (source) => void (await load(source)) }
}

function client(load: () => Promise<Core>, config?: Config): Client {
  const over = (options?: Config): Config => merged(config, options)

  const ready = <T>(signal: AbortSignal | undefined, work?: Promise<T>) => {
    const all = Promise.all([load(), work as T])
    return unlessAborted(signal, all, (reason) => refuse('aborted', 'aborted before anything was sent', { cause: reason }))
  }

  const submit = async (given: GenerateRequest | Quote, options: Config): Promise<Task> => {
    const quote = isQuote(given) ? given : undefined
    if (quote?.accepted?.taskId) return found(quote.accepted.id, quote.accepted.taskId, quote.accepted.baseUrl, options)
    const request = isQuote(given) ? given.request : given
    const { signal, baseUrl, maxPrice, networks, assets, payTo, budget, storage, wallet } = options
    if (wallet !== undefined && typeof wallet !== 'string' && !providerOf(wallet)) {
      throw refuse('invalid_request', "`wallet` takes an EIP-1193 provider, an EIP-6963 detail, or a wallet's rdns")
    }
    const [core, wanted] = await ready(signal, readRequest(request, options))
    const same = {
      text: JSON.stringify([wanted.fields, baseUrl, maxPrice, networks, assets, payTo, budget, storage]),
      image: wanted.picture && request.image,
      wallet,
    }
    return together(same, signal, (id) => {
      const named = id === undefined ? wanted : { ...wanted, fields: { ...wanted.fields, id } }
      return buy(core, named, request, quote, options)
    })
  }

  const buy = (core: Core, wanted: Wanted, request: GenerateRequest, quote: Quote | undefined, options: Config): Promise<Task> => {
    const whole = (part: CoreQuote) => complete(part, request)
    const notify = (event: BuyingEvent) => tell(options, event.type === 'quoted' ? { type: 'quoted', quote: whole(event.quote) } : event)
    const { confirm } = options
    const payer = payerOf(options.wallet)
    const page = {
      request: wanted.fields,
      ...(quote && { quote }),
      ...(payer && { payer }),
      notify,
      ...(confirm && { confirm: (part: CoreQuote) => confirm(whole(part)) }),
    }
    if (!quote) rehearse(core)
    return holding(options, (held) => core.submit({ ...held, ...page }), wanted.picture)
  }

  /** Takes a purchase up of which nobody knows how it ended. */
  const takeUp = async (id: string, options: Config): Promise<Task> => {
    const [core] = await undecided(ready(options.signal))
    return holding(options, (held) => core.resume({ ...held, notify: (event: ImagineEvent) => tell(options, event) }, id))
  }

  /** Makes a call of the core that has hold of a purchase until it ends. */
  const holding = async (options: Config, make: (held: Call) => Promise<{ id: string; task: AcceptedTask }>, picture?: Picture): Promise<Task> => {
    const hold = new Hold(journal(options.storage), options.signal, picture)
    const { recall, write, compose } = hold
    const conversation = new Conversation(options.wallet)
    const { invite, find, findOthers, ask } = conversation
    try {
      const line = new Line({ compose })
      const { id, task } = await calling(options, (call) => make({ ...call, recall, write, invite, find, findOthers, ask }), line).catch(describeWallets)
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
    const { taskId, receipt } = task
    tell(bought, { type: 'accepted', taskId, receipt })
    const handle: AcceptedTaskHandle = new AcceptedTaskHandle(id, task, {
      watch: async (options, notify) => {
        const { baseUrl: _, ...waiting }: Config = options
        const hear = (event: WatchingEvent) => notify(event.type === 'status' ? { ...event, status: readStatus(event.status, handle.receipt) } : event)
        const core = await load()
        const vigil = new Vigil(id)
        const { rest, line } = vigil
        try {
          const status = await calling(merged(bought, waiting), (call) => core.watch({ ...call, rest, task, notify: hear }), line)
          return readGeneration((status as Completed).raw, taskId, handle.receipt)
        } finally {
          vigil.end()
        }
      },
      status: async () => {
        const core = await load()
        const line = new Line({ hear: (outcome) => tellOthers(id, outcome) })
        return readStatus(await calling(bought, (call) => core.watch({ ...call, task: taskId }), line), handle.receipt)
      },
      ended: (status) => quietly(() => journal(bought.storage).change(id, finish(status))),
    })
    if (task.settlement) quietly(async () => handle.settled(await settle(id, task, bought)))
    return handle
  }

  /** Looks for the transaction of a task that was accepted without one, in the background and without a prompt. */
  const settle = async (id: string, task: AcceptedTask, { wallet, storage, ...options }: Config): Promise<Receipt | undefined> => {
    const core = await load()
    const { find, ask } = new Conversation(wallet)
    const write = (id: string, entry: Entry) => soon(journal(storage).change(id, merge(id, entry)))
    return calling(options, (call) => core.settle({ ...call, find, ask, write, task }, id))
  }

  return {
    submit: async (given, options) => submit(given, over(options)),
    generate: async (given, options) => {
      const all = over(options)
      return (await submit(given, all)).wait(all)
    },
    quote: async (request, options) => {
      const all = over(options)
      const [core, { fields, picture }] = await ready(all.signal, readRequest(request, all))
      const line = new Line({ compose: (text) => compose(text, picture) })
      rehearse(core)
      const write = (id: string, entry: Entry) => soon(journal(all.storage).change(id, (record) => record ?? merge(id, entry)(undefined)))
      const reader = reading(atHand(all.wallet))
      return complete(await calling(all, (call) => core.quote({ ...call, ...reader, request: fields, write }), line), request)
    },
    status: async (taskId, options) => {
      const all = over(options)
      const [core] = await ready(all.signal).catch((error) => {
        throw restate(error, { stage: 'wait', paid: 'unknown' })
      })
      return readStatus(await calling(all, (call) => core.watch({ ...call, task: typeof taskId === 'string' ? taskId : '' })), null)
    },
    resume: async (taskId, options) => {
      const all = over(options)
      const looking = findPurchase(journal(all.storage), taskId)
      const purchase = await undecided(unlessAborted(all.signal, looking, (reason) => refuse('aborted', 'aborted before the purchase was taken up', { cause: reason })))
      if (!purchase || purchase.paid === 'no' && !purchase.taskId) return null
      const there = { ...all, baseUrl: purchase.order.baseUrl }
      const { taskId: known, receipt = null, payment: settlement } = purchase
      return known ? accepted(purchase.id, { taskId: known, receipt, settlement }, there) : takeUp(purchase.id, there)
    },
    tasks: (filter) => listTasks(journal(config?.storage), filter),
    forget: (id) => forgetPurchase(journal(config?.storage), id),
    wallets: (options) => findWallets(options),
    watchWallets,
    balance: async ({ wallet = config?.wallet, address = payerOf(wallet), network } = {}) => {
      const [core] = await ready(undefined)
      const conversation = new Conversation(wallet)
      const { find, ask } = conversation
      const where = given({ networks: network ? [network] : config?.networks })
      const payer = address && String(address)
      return calling(where, (call) => core.balance({ ...call, ...given({ payer }), find, ask })).catch(describeWallets).finally(conversation.end)
    },
  }
}

/** What the core needs to read through a wallet without a prompt, if there is one. */
function reading(provider: Eip1193Provider | undefined): Pick<Call, 'find' | 'ask'> {
  if (!provider) return {}
  const { find, ask } = new Conversation(provider)
  return { find, ask }
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

/** Makes a call of the core. It fails with a plain object; pages get a real error. `null`, which the core cannot tell from absent, goes as a word. */
async function calling<T>({ signal, timeout, ...options }: Config, make: (call: Call) => Promise<T>, { send, callOff } = new Line()): Promise<T> {
  const { aborted, forget } = onAbort(signal)
  const abortReason = () => (signal?.aborted ? signal.reason : undefined)
  try {
    return await make({ options: { ...options, timeout: timeout === null ? 'none' : timeout }, send, aborted, abortReason })
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

let isRehearsed = false

/** Once in a page, as soon as the request for the first price is on its way. */
function rehearse(core: Core): void {
  if (isRehearsed || typeof document === 'undefined') return
  isRehearsed = true
  setTimeout(() => calling({}, (call) => core.submit({ ...call, ...NOBODY })).catch(() => {}))
}

interface Wanted {
  /** The request as the core takes it: what is known of the picture in the place of the picture, `extra` as plain JSON. */
  fields: object
  picture?: Picture
}

async function readRequest(request: GenerateRequest, { upload = 'json' }: Config): Promise<Wanted> {
  if (upload === 'form') need('FormData')
  if (upload !== 'json' && upload !== 'form') throw refuse('invalid_request', '`upload` takes "json" or "form"')
  const { prompt, extra } = request ?? {}
  const fields = { ...request, prompt: typeof prompt === 'string' ? prompt.trim() : prompt, extra: plain(extra), form: upload === 'form' }
  const image = await readImage(request?.image)
  if (typeof image !== 'object') return { fields: { ...fields, image, picture: undefined } }
  return { fields: { ...fields, image: undefined, picture: { type: image.blob.type, digest: image.digest } }, picture: image }
}

function plain(extra: unknown): unknown {
  try {
    return extra && JSON.parse(JSON.stringify(extra))
  } catch (cause) {
    throw refuse('invalid_request', '`extra` takes what JSON can hold', { cause })
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
