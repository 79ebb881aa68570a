/** What the WebAssembly module offers: seven functions over plain values. */
import type { Entry, Purchase } from './journal.js'
import type { Outcome } from './line.js'
import type { CoreStatus } from './generation.js'
import type { Money, Quote, Receipt } from './types.js'

/** The one argument of every call. */
export interface Call {
  request?: object
  quote?: Quote
  task?: AcceptedTask | string
  /** Those of the client, of the call and of the wait, in this order. */
  options: object[]
  payer?: string
  send: (url: string, init: RequestInit, body: string | undefined, most: number, patience: number, final: boolean) => Promise<Outcome>
  recall?: (id: string, fresh: boolean) => Promise<unknown>
  write?: (id: string, entry: Entry) => Promise<Purchase[]>
  invite?: () => void
  find?: () => Promise<number>
  findOthers?: () => Promise<number>
  ask?: (place: number, method: string, params: string | undefined, patience: number) => Promise<unknown>
  rest?: (until: number) => Promise<object>
  notify?: (event: never) => void
  confirm?: (quote: CoreQuote) => boolean | Promise<boolean>
  abortReason: () => unknown
  /** Has to settle in the end, if only when the call is over: what waits for it stays in memory until then. */
  aborted: Promise<unknown>
}

export interface AcceptedTask {
  taskId: string
  receipt: Receipt | null
  /** What was signed, while the transaction is not known that paid; the core's own. */
  settlement?: unknown
}

/** A quote before the facade puts the request into it. */
export type CoreQuote = Omit<Quote, 'request'> & { id: string }

export interface Core {
  quote(call: Call): Promise<CoreQuote>
  submit(call: Call): Promise<{ id: string; task: AcceptedTask }>
  resume(call: Call, id: string): Promise<{ id: string; task: AcceptedTask }>
  /** The status of a task once it is completed; of one that is given by its id, as it is. */
  watch(call: Call): Promise<CoreStatus>
  balance(call: Call): Promise<Money>
  /** The receipt that names the transaction of an accepted task, once it is found. */
  settle(call: Call, id: string): Promise<Receipt | undefined>
  /** Refuses options that are wrong. */
  check(call: Call): Promise<void>
}
