/** What the WebAssembly module offers: a few functions over plain values. */
import type { Failure } from './error.js'
import type { Recalled } from './lease.js'
import type { Sending } from './transport.js'
import type { CoreStatus } from './generation.js'
import type {
  BudgetState,
  KeptGeneration,
  Money,
  Paid,
  Quote,
  Receipt,
  StoreChange,
  StoredPurchase,
  TaskFilter,
  TaskRecord,
} from './types.js'

/** The one argument of every call. */
export interface Call {
  request?: object
  quote?: Quote
  task?: AcceptedTask | string
  /** Those of the client, of the call and of the wait, in this order. */
  options: object[]
  payer?: string
  /** The number of the wallet, where it is known which one it is. */
  wallet?: number
  send: (url: string, init: RequestInit, body: string | undefined, final: boolean) => Sending
  readBody: (response: Response, most: number) => Promise<string>
  recall?: (id: string, fresh: boolean) => Promise<Recalled>
  read?: (id: string) => Promise<StoredPurchase | undefined>
  list?: (since?: number, limit?: number) => Promise<StoredPurchase[]>
  update?: (id: string, since: number | undefined, change: StoreChange, relaxed: boolean) => Promise<void>
  /** Which records are wanted. */
  filter?: Partial<TaskFilter>
  /** How a task has ended. */
  ended?: { status: string; result?: object }
  invite?: () => void
  find?: () => Promise<number>
  findOthers?: () => Promise<number>
  ask?: (place: number, method: string, params: string | undefined) => Promise<unknown>
  pause?: (late: Promise<void>) => Promise<void>
  takeTurn?: () => Promise<boolean>
  told?: () => object
  notify?: (event: never) => void
  /** Is told the error of a caller that gives up from now on. */
  stands?: (givenUp: Failure) => void
  confirm?: (quote: CoreQuote) => boolean | Promise<boolean>
  abortReason: () => unknown
  /** Has to settle in the end, if only when the call is over: what waits for it stays in memory until then. */
  aborted: Promise<unknown>
}

export interface AcceptedTask {
  taskId: string
  receipt: Receipt | null
  paid: Paid
  /** What was signed, while the transaction is not known that paid; the core's own. */
  settlement?: unknown
  /** What was made, when the journal has it. */
  result?: KeptGeneration
  /** It is looked at, and not waited for. */
  once?: boolean
}

/** A purchase that was taken up from the journal. */
export interface Resumed {
  id: string
  baseUrl?: string
  task: AcceptedTask
  /** What was made, when the journal has it. */
  result?: KeptGeneration
}

/** A quote before the facade puts the request into it. */
export type CoreQuote = Omit<Quote, 'request'> & { id: string }

export interface Core {
  quote(call: Call): Promise<CoreQuote>
  submit(call: Call): Promise<AcceptedTask>
  resume(call: Call, id?: string): Promise<Resumed | undefined>
  tasks(call: Call): Promise<TaskRecord[]>
  forget(call: Call, id: string): Promise<void>
  budget(call: Call): Promise<BudgetState | null>
  /** Notes how a task has ended. */
  finish(call: Call, id: string): Promise<void>
  /** What a purchase is about, before it is begun. */
  identify(call: Call): Promise<{ identity: string; id?: string }>
  /** How a purchase relates to one that is under way: `same`, `other` or `ask`. */
  relate(first: object, second: object): string
  /** The account that the only wallet has connected, or a word for why it is not known. Opens no prompt. */
  account(call: Call, other?: string): Promise<string>
  /** Whether nothing was ever bought under an id, since this page drew it. */
  fresh(id: string): boolean
  keccak(bytes: Uint8Array): string
  /** The status of a task once it is completed; of one that is given by its id, as it is. */
  watch(call: Call): Promise<CoreStatus>
  balance(call: Call): Promise<Money>
  /** The receipt that names the transaction of an accepted task, once it is found. */
  settle(call: Call, id: string): Promise<Receipt | undefined>
}
