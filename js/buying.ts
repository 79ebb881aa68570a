/** A purchase, from what the page asks for to the accepted task. */
import { unlessAborted } from './abort.js'
import { accepting, type Notify } from './accepted.js'
import { calling, describeWallets, unsignalled } from './calling.js'
import type { Core, CoreEvent, CoreQuote, CoreRequest, Quoted } from './core.js'
import { asError, refuse, restate } from './error.js'
import { tell } from './events.js'
import { compose } from './image.js'
import { members } from './members.js'
import { coreOptions, readPurchase, staying, type Options } from './options.js'
import { together, type Purchase } from './together.js'
import type { GenerateRequest, Quote, Task } from './types.js'
import { checkWallet, finders, numberAtHand, payerOf, tagOf } from './wallets.js'
import { complete, prepare, type Wanted } from './wanted.js'

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
      const identified = await calling(core.identify(ordered(wanted.fields, quote), coreOptions(options)))
      return { core, wanted, identified }
    }
    const { core, wanted, identified } = await unlookedUp(request.id, identify())
    return together({
      core,
      party: { ...identified, wallet: tagOf(wallet), account: payerOf(wallet) },
      signal,
      hear: (event) => tell(options, event),
      askAccount: (other) => calling(core.account(other, coreOptions(unsignalled(options)), finders(wallet))),
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
    { fields, picture }: Wanted,
    { request, quote }: Ordered,
    options: Options,
  ): Promise<Task> => {
    const { confirm, wallet } = options
    const whole = (part: CoreQuote) => complete(part, request)
    const tellAll: Notify = (event) => purchase.tell(event)
    const onEvent = (event: CoreEvent) => {
      if (event.type === 'quoted') tellAll({ type: 'quoted', quote: whole(event.quote) })
      else if (event.type !== 'status') tellAll(event)
    }
    const own = { onEvent, ...(confirm && { confirm: (part: CoreQuote) => confirm(whole(part)) }) }
    const page = {
      ...finders(wallet),
      ...members({ payer: payerOf(wallet), walletNumber: numberAtHand(wallet), picture }),
      compose,
      stands: purchase.stands,
    }
    const bought = calling(core.submit(ordered(fields, quote), coreOptions(options, own), page))
    const { id = '', ...task } = await bought.catch(describeWallets)
    return accepted(id, task, options, tellAll)
  }

  /** A task that the server took without asking for payment. */
  const found = (id: string, taskId: string, baseUrl: string, options: Options) =>
    accepted(id, { taskId, receipt: null, paid: 'no' }, staying(options, baseUrl))

  return { ready, submit, accepted }
}

/** What the core is to buy: a request, or a quote with the request in it. */
const ordered = (fields: CoreRequest, quote: Quote | undefined): CoreRequest | Quoted =>
  quote ? { ...quote, request: fields } : fields
