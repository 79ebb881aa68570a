/** What crosses between the facade and the WebAssembly, whose functions `build/core/core.d.ts` declares. */
import type { CoreStatus } from './generation.js'
import type { Parts, Picture, StoredPicture } from './image.js'
import type {
  Eip1193Provider,
  FreeQuote,
  GenerateRequest,
  ImagineEvent,
  KeptGeneration,
  Paid,
  PricedQuote,
  Quote,
  Receipt,
  Store,
} from './types.js'
import type { WalletTag } from './wallets.js'

export type { CoreStatus } from './generation.js'
export type { BudgetState, Money, Receipt, TaskFilter, TaskRecord } from './types.js'

export type Core = Omit<typeof import('../build/core/core.js'), 'begin' | 'imports' | 'default' | 'initSync'>

/** The options of a call: one object, or those that count for it, of the client first. */
export type CoreOptions = Layer | Layer[]

/**
 * Options as the core reads them: those of `Config`, which it judges, and what it uses itself. Of the last kind, the
 * last that is given counts.
 */
export interface Layer {
  signal?: AbortSignal
  wallet?: Eip1193Provider
  storage?: Store | OwnStore | string
  confirm?: (quote: CoreQuote) => boolean | Promise<boolean>
  onEvent?: (event: CoreEvent) => void
  [name: string]: unknown
}

/** A store of the library's own, which is held by the library: among its `tabs`, too, if they see the same records. */
export type OwnStore = Omit<Store, 'hold'> & { tabs: boolean }

/** A request as the core takes it: of a picture that is sent along, what is known. */
export type CoreRequest = Omit<GenerateRequest, 'image'> & {
  image?: string | { type: string; digest: string; size: string }
}

/** A quote with the request in it, as the core takes both. */
export type Quoted = (Omit<PricedQuote, 'request'> | Omit<FreeQuote, 'request'>) & { request: CoreRequest }

/** What only the facade has at hand for a call. */
export interface Page {
  /** Finds the wallets that will do where the page has chosen none. */
  findWallets?: () => Promise<Eip1193Provider[]>
  /** Finds all wallets on the page. */
  findOthers?: () => Promise<Eip1193Provider[]>
  /** The only account to pay from, or the one to look at. */
  payer?: string
  /** What tells the wallet from that of another call. */
  walletTag?: WalletTag
  /** The number of the wallet, where it is known which one it is. */
  walletNumber?: number
  picture?: Picture
  /** Makes what is sent of a body with a picture, or of a form. */
  compose?: (parts: Parts, picture?: Picture | StoredPicture) => Promise<BodyInit>
}

/** Events as the core has them. */
export type CoreEvent =
  | Exclude<ImagineEvent, { type: 'quoted' | 'status' }>
  | { type: 'quoted'; quote: CoreQuote }
  | { type: 'status'; status: CoreStatus; heardAt: number }

export interface AcceptedTask {
  /** The id of the purchase, when it was just bought. */
  id?: string
  taskId: string
  receipt: Receipt | null
  paid: Paid
  /** What was signed, while the transaction is not known that paid; the core's own. */
  settlement?: unknown
  /** What was made, when the journal has it. */
  result?: KeptGeneration
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
export type CoreQuote<Whole extends Quote = PricedQuote> = Omit<Whole, 'request'> & { id: string }

/** Of a request that the server takes without asking for payment, too. */
export type AnyCoreQuote = CoreQuote | CoreQuote<FreeQuote>
