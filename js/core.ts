/** What the WebAssembly module offers: five functions over plain values. */
import type { Entry, Purchase } from './journal.js'
import type { CoreStatus } from './generation.js'
import type { Eip1193Provider, Quote, Receipt } from './types.js'

/** The one argument of every call. */
export interface Call {
  request?: object
  image?: Uint8Array
  quote?: Quote
  task?: AcceptedTask
  options: object
  payer?: string
  read: (response: Response, most: number) => Promise<string>
  recall?: (id: string) => Promise<unknown>
  write?: (id: string, entry: Entry) => Promise<Purchase[]>
  invite?: () => void
  find?: () => Promise<Eip1193Provider[]>
  ask?: (place: number, method: string, params?: string) => Promise<unknown>
  notify?: (event: never) => void
  confirm?: (quote: CoreQuote) => boolean | Promise<boolean>
  signal?: AbortSignal
}

export interface AcceptedTask {
  taskId: string
  receipt: Receipt | null
}

/** A quote before the facade puts the request into it. */
export type CoreQuote = Omit<Quote, 'request'> & { id: string }

export interface Core {
  quote(call: Call): Promise<CoreQuote>
  submit(call: Call): Promise<{ id: string; task: AcceptedTask }>
  resume(call: Call, id: string): Promise<{ id: string; task: AcceptedTask }>
  /** The server's answer, when the task is finished. */
  watch(call: Call): Promise<object>
  status(call: Call, taskId: string): Promise<CoreStatus>
}
