/** The types that cross between the facade and the WebAssembly, whose functions `build/core/core.d.ts` declares. */
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

/** The options of a call: one object, or the list of those that apply, the client's first. */
export type CoreOptions = Layer | Layer[]

/**
 * Options as the core reads them: those of `Config`, which it checks, and values that it uses directly, of which the
 * last one given counts.
 */
export interface Layer {
  signal?: AbortSignal
  wallet?: Eip1193Provider
  storage?: Store | OwnStore | string
  confirm?: (quote: CoreQuote) => boolean | Promise<boolean>
  onEvent?: (event: CoreEvent) => void
  [name: string]: unknown
}

/**
 * One of the library's own stores, which the library locks itself: across tabs, too, if `tabs` is set because they
 * share records.
 */
export type OwnStore = Omit<Store, 'hold'> & { tabs: boolean }

/** A request as the core takes it: a picture that is sent along is only described. */
export type CoreRequest = Omit<GenerateRequest, 'image'> & {
  image?: string | { type: string; digest: string; size: string }
}

/** A quote with its request, in the form that the core takes. */
export type Quoted = (Omit<PricedQuote, 'request'> | Omit<FreeQuote, 'request'>) & { request: CoreRequest }

/** What only the facade can supply for a call. */
export interface Page {
  /** Finds the usable wallets if the page has chosen none. */
  findWallets?: () => Promise<Eip1193Provider[]>
  /** Finds all wallets on the page. */
  findOthers?: () => Promise<Eip1193Provider[]>
  /** The account that the wallet stands for, as the page's client or signer names it. */
  payer?: unknown
  /** The account whose balance to read. */
  address?: string
  /** Distinguishes the wallet from that of another call. */
  walletTag?: WalletTag
  /** The number of the wallet, if it is known which one it is. */
  walletNumber?: number
  picture?: Picture
  /** Builds the body to send if it has a picture or is a form. */
  compose?: (parts: Parts, picture?: Picture | StoredPicture) => Promise<BodyInit>
}

/** Events in the core's form. */
export type CoreEvent =
  | Exclude<ImagineEvent, { type: 'quoted' | 'status' }>
  | { type: 'quoted'; quote: CoreQuote }
  | { type: 'status'; status: CoreStatus; heardAt: number }

export interface AcceptedTask {
  /** The id of the purchase, if it was just bought. */
  id?: string
  taskId: string
  receipt: Receipt | null
  paid: Paid
  /** The authorization, while its transaction is not known; opaque to the facade. */
  settlement?: unknown
  /** The result, if the journal has it. */
  result?: KeptGeneration
}

/** A purchase that was resumed from the journal. */
export interface Resumed {
  id: string
  baseUrl?: string
  task: AcceptedTask
  /** The result, if the journal has it. */
  result?: KeptGeneration
}

/** A quote before the facade adds the request. */
export type CoreQuote<Whole extends Quote = PricedQuote> = Omit<Whole, 'request'> & { id: string }

/** The quote of a request that the server accepts without payment. */
export type AnyCoreQuote = CoreQuote | CoreQuote<FreeQuote>
