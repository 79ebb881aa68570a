/** A purchase, from what the page asks for to the accepted task. */
import { unlessAborted } from './abort.js'
import { accepting, type Notify, type PlainEvent } from './accepted.js'
import { calling, describeWallets, unsignalled } from './calling.js'
import { Conversation } from './conversation.js'
import type { Call, Core, CoreQuote } from './core.js'
import { asError, refuse, restate } from './error.js'
import { tell } from './events.js'
import type { Picture } from './image.js'
import { Lease } from './lease.js'
import { members } from './members.js'
import { readPurchase, staying, type Options } from './options.js'
import { storeOf } from './store.js'
import { together, type Purchase } from './together.js'
import { Transport } from './transport.js'
import type { GenerateRequest, Quote, Task } from './types.js'
import { checkWallet, numberAtHand, payerOf, tagOf } from './wallets.js'
import { complete, prepare, type Wanted } from './wanted.js'

type BuyingEvent = PlainEvent | { type: 'quoted'; quote: CoreQuote }

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

/** Returns the functions that buy, over a way to load the WebAssembly. */
export function buying(load: () => Promise<Core>) {
  const accepted = accepting(load)

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

  return { ready, submit, holding, accepted }
}
