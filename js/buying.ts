/** A purchase, from what the page asks for to the accepted task. */
import { unlessAborted } from './abort.js'
import { accepting } from './accepted.js'
import { calling, describeWallets } from './calling.js'
import type { Core, CoreEvent, CoreQuote, CoreRequest, Quoted } from './core.js'
import { asError, refuse, restate } from './error.js'
import { tell } from './events.js'
import { compose } from './image.js'
import { members } from './members.js'
import { coreOptions, readPurchase, staying, type Options } from './options.js'
import type { GenerateRequest, Quote, Task } from './types.js'
import { checkWallet } from './wallet-like.js'
import { choose, finders, numberAtHand, tagOf } from './wallets.js'
import { complete, prepare, type Wanted } from './wanted.js'

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
    const begun = quote && 'accepted' in quote ? quote.accepted : undefined
    if (begun?.taskId) return found(begun.id, begun.taskId, begun.baseUrl, options)
    const { wallet, signal } = options
    checkWallet(wallet)
    // First of all: whatever the page makes of its objects after the call, this is what it asked for.
    const preparing = prepare(request, options, load)
    preparing.catch(() => {}) // if there is no wallet, nobody waits for it
    const { wallet: chosen, payer } = await unlookedUp(request.id, choose(wallet, signal))
    return buy({ request, quote, preparing }, { ...options, wallet: chosen }, payer)
  }

  const buy = async ({ request, quote, preparing }: Wish, options: Options, payer: unknown): Promise<Task> => {
    const { signal, wallet, confirm } = options
    // What tells the wallet from that of another call is how it stands at the click.
    const about = members({ payer, walletTag: tagOf(wallet), walletNumber: numberAtHand(wallet) })
    const [core, { fields, picture }] = await unlookedUp(request.id, ready(signal, preparing))
    const whole = (part: CoreQuote) => complete(part, request)
    const onEvent = (event: CoreEvent) => {
      if (event.type === 'quoted') tell(options, { type: 'quoted', quote: whole(event.quote) })
      else if (event.type !== 'status') tell(options, event)
    }
    const own = { onEvent, ...(confirm && { confirm: (part: CoreQuote) => confirm(whole(part)) }) }
    const page = { ...about, ...finders(wallet), ...members({ picture }), compose }
    const buying = calling(core.submit(ordered(fields, quote), coreOptions(options, own), page))
    const task = await buying.catch(describeWallets(wallet))
    return accepted(task.id ?? '', task, options)
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

  /** A task that the server took without asking for payment. */
  const found = (id: string, taskId: string, baseUrl: string, options: Options) =>
    accepted(id, { taskId, receipt: null, paid: 'no' }, staying(options, baseUrl))

  return { ready, submit, accepted }
}

/** What a page asks for, and its copy in the making. */
interface Wish {
  request: GenerateRequest
  quote: Quote | undefined
  preparing: Promise<Wanted>
}

/** What the core is to buy: a request, or a quote with the request in it. */
const ordered = (fields: CoreRequest, quote: Quote | undefined): CoreRequest | Quoted =>
  quote ? { ...quote, request: fields } : fields
