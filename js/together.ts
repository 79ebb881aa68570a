/**
 * Calls for the same purchase at the same time: one begins it, the others join. The core decides which are the same.
 */
import { unlessAborted } from './abort.js'
import type { Core, Party } from './core.js'
import { ImagineError, isImagineError, refuse, restate, type Failure } from './error.js'
import type { ImagineEvent, Task } from './types.js'

/** A call that is about to buy. */
export interface Buyer {
  core: Core
  party: Party
  signal: AbortSignal | undefined
  hear(event: ImagineEvent): void
  /** Asks its own wallet for the account, which may be that of another call: an address, or a word of the core's. */
  askAccount(other: string | undefined): Promise<string>
  /** Begins a purchase; with an `id`, takes up the one of that id. */
  buy(purchase: Purchase, id?: string): Promise<Task>
}

/** A purchase that one call has begun, for as long as it is under way. */
export class Purchase {
  readonly party: Party
  readonly listeners = new Set<(event: ImagineEvent) => void>()
  /** Resolves once the wallet has connected, or the purchase is over. */
  readonly connected: Promise<void>
  task!: Promise<Task>
  isConnected = false
  isOver = false
  #stands: Failure | undefined
  #connect = () => {}

  constructor(party: Party) {
    this.party = { ...party }
    this.connected = new Promise((resolve) => (this.#connect = resolve))
  }

  tell(event: ImagineEvent): void {
    if (event.type === 'connected') {
      this.party.account = event.address
      this.isConnected = true
      this.#connect()
    }
    for (const hear of [...this.listeners]) hear(event)
  }

  /** Keeps the error of a call that gives up from now on, as the core reports it before each step. */
  readonly stands = (givenUp: Failure): void => {
    this.#stands = givenUp
  }

  end(): void {
    this.isOver = true
    this.#connect()
  }

  /** Returns the error of a call that has joined and gives up. An id of its own has not been looked up. */
  givenUp(cause: unknown, { id }: Party): ImagineError {
    const unread: Partial<Failure> = id === undefined ? {} : { paid: 'unknown', retry: 'resume' }
    const early = 'aborted before the purchase was begun or taken up'
    if (!this.#stands) return refuse('aborted', early, { ...unread, cause })
    const error = new ImagineError({ ...this.#stands, cause })
    return error.paid === 'no' && id !== this.party.id ? restate(error, unread) : error
  }
}

const underWay = new Set<Purchase>()

/**
 * Begins a purchase, or joins the one that is under way for the same request, as after a double click, whatever objects
 * the calls are made of. Aborting the first call does not abort those that joined: one of them buys by itself, or takes
 * up the payment that may have left.
 */
export async function together(buyer: Buyer): Promise<Task> {
  const { core, signal } = buyer
  const party = { ...buyer.party }
  const seen = new Set<Purchase>()
  const answers = new Map<Purchase, string>()
  let id: string | undefined
  for (;;) {
    for (const purchase of underWay) seen.add(purchase)
    const others = [...seen].filter(({ isOver, isConnected }) => isConnected || !isOver)
    const relation = (first: Purchase) =>
      core.relate(first.party, { ...party, account: answers.get(first) ?? party.account })
    const first = others.find((other) => relation(other) === 'same')
    if (first) {
      try {
        return await join(first, buyer)
      } catch (error) {
        if (signal?.aborted || !isImagineError(error) || error.code !== 'aborted') throw error
        if (error.paid !== 'no') id = error.details?.['id'] as string | undefined
        seen.delete(first)
        continue
      }
    }
    const unclear = others.find((other) => relation(other) === 'ask')
    if (!unclear) return begin({ ...buyer, party }, id)
    await unlessGivenUp(unclear, buyer, unclear.connected)
    if (!unclear.isConnected || relation(unclear) !== 'ask') continue
    const answer = await unlessGivenUp(unclear, buyer, buyer.askAccount(unclear.party.account))
    // An account is one for all; no account, or no answer, is so since that purchase has connected.
    if (answer.startsWith('0x')) party.account = answer
    answers.set(unclear, answer)
  }
}

async function join(purchase: Purchase, buyer: Buyer): Promise<Task> {
  const { listeners, task } = purchase
  listeners.add(buyer.hear)
  try {
    return await unlessGivenUp(purchase, buyer, task)
  } finally {
    listeners.delete(buyer.hear)
  }
}

const unlessGivenUp = <T>(purchase: Purchase, { party, signal }: Buyer, work: Promise<T>): Promise<T> =>
  unlessAborted(signal, work, (reason) => purchase.givenUp(reason, party))

function begin(buyer: Buyer, id?: string): Promise<Task> {
  const purchase = new Purchase(buyer.party)
  purchase.listeners.add(buyer.hear)
  underWay.add(purchase)
  const end = () => {
    underWay.delete(purchase)
    purchase.end()
  }
  purchase.task = buyer.buy(purchase, id)
  purchase.task.then(end, end)
  return purchase.task
}
