/**
 * The public surface of `imagine-x402`: the contract that the package's own types must satisfy.
 * Names and meanings are settled; a line that was added since says so.
 *
 * Importing has no side effect and touches neither `window` nor the network. The WebAssembly loads on the first call.
 * Amounts cross as decimal strings, never as JS numbers. Times are milliseconds since the epoch unless a name says
 * otherwise.
 */

/* ---------- functions; `createClient` binds the same ones to a configuration ---------- */

/** Quote, guard, sign, pay, wait: resolves with the finished media. */
export function generate(request: GenerateRequest | Quote, options?: GenerateOptions): Promise<Generation>
/**
 * One look at a task. `failed` and `not_found` are values, not exceptions. Added: also by the id of a purchase in the
 * journal.
 */
export function status(taskId: string, options?: CallOptions): Promise<TaskStatus>

/**
 * The price of a request. Needs no wallet, spends nothing. Pass the result to `generate` to skip the probe, inside the
 * click.
 */
export function quote(request: GenerateRequest, options?: CallOptions): Promise<Quote>
/** Like `generate`, but resolves as soon as the payment is accepted. */
export function submit(request: GenerateRequest | Quote, options?: GenerateOptions): Promise<Task>
/**
 * Take up a task from the journal (default: the newest of which something may soon come), in whatever step it was
 * interrupted. Never signs. Added: a finished task whose service has forgotten it, or is away, resolves with the result
 * that was kept.
 */
export function resume(taskId?: string, options?: ResumeOptions): Promise<Task | null>
/**
 * Added: deletes the record of a purchase; for budgets, its amount and time are kept for a week. Waits while a call has
 * hold of it. Refused while money may be under way for it: until the token has taken it, or a day and more after its
 * window.
 */
export function forget(id: string): Promise<void>
/** Added: how much of the budget, of the client, or else of these options, is spent; `null` without one. */
export function budget(options?: BudgetOptions): Promise<BudgetState | null>
/** The journal: every purchase this browser made for this origin, newest first. */
export function tasks(filter?: { unfinished?: boolean; limit?: number }): Promise<TaskRecord[]>
/** Wallets found through EIP-6963, then `window.ethereum`. */
export function wallets(options?: { waitMs?: number }): Promise<WalletInfo[]>
/** Added: calls `run` with the same list, soon and whenever another wallet comes. Returns a function that stops it. */
export function watchWallets(run: (wallets: WalletInfo[]) => void): () => void
/** The wallet's balance of the payment token. Connects nothing: needs an address or an already connected wallet. */
export function balance(options?: { wallet?: WalletLike; address?: Address; network?: Network }): Promise<Money>

/** The same functions bound to a configuration; synchronous, safe to call during server-side rendering. */
export function createClient(config?: Config): Client
/**
 * Optional preload, or the WebAssembly itself for hosts with special rules. Idempotent; a failed load can be retried.
 */
export function init(source?: URL | string | Response | BufferSource | WebAssembly.Module): Promise<void>
export interface Client {
  generate: typeof generate
  status: typeof status
  quote: typeof quote
  submit: typeof submit
  resume: typeof resume
  tasks: typeof tasks
  forget: typeof forget
  wallets: typeof wallets
  watchWallets: typeof watchWallets
  balance: typeof balance
  budget: typeof budget
}

/* ---------- what goes in ---------- */

export interface GenerateRequest {
  prompt: string
  /** An http(s) or data URL, or bytes. Added: every view, OffscreenCanvas. */
  image?: string | URL | Blob | ArrayBuffer | ArrayBufferView | HTMLCanvasElement | OffscreenCanvas | undefined
  videoModel?: string | undefined // sent only when given: the service's default is the service's
  duration?: number | undefined // seconds; sent only when given
  soraVideoId?: string | undefined // remix or continue an earlier video
  autoEnhance?: boolean | undefined // always sent explicitly
  autoClank?: boolean | undefined // deploys a token: off unless set
  /**
   * Idempotency id, sent as `seed`; default a fresh UUID. The task can be found by it if the answer is lost.
   * Added: one that is not a UUID is sent as the UUID (version 5) that is derived from it.
   */
  id?: string | undefined
  /** Further fields, passed through under `templateData`. */
  extra?: Record<string, unknown> | undefined
}

/**
 * Added: options and requests are read by name when the call is made, own or inherited, but never from an
 * `Object.prototype`. An unknown name is `invalid_request`; so is `null` for `maxPrice`, `payTo`, `payer`, `networks`,
 * `assets`, `budget` and `storage`. `undefined` means left out.
 */
export interface CallOptions {
  signal?: AbortSignal | undefined
  baseUrl?: string | URL | undefined // added: also a URL, or a path of the page's own origin
  http?: 'private' | undefined // added: `baseUrl` may be http on a private network, for development
}
export interface WaitOptions extends CallOptions {
  onEvent?: ((event: ImagineEvent) => void) | undefined
  onProgress?: ((percent: number | null, status: TaskStatus) => void) | undefined
  pollInterval?: number | undefined // ms; default 15000, at least 2000
  timeout?: number | null | undefined // ms of waiting; default 20 minutes; null = no limit
  keep?: boolean | undefined // added: keeps the bytes of the video in the browser, after `done`; default false
}
/** Added: options of `Task.save`. */
export type SaveOptions = Pick<CallOptions, 'signal'>
/** Added: the wallet through which the chain is read; without one, all that are on the page are asked. */
export interface ResumeOptions extends WaitOptions {
  wallet?: WalletLike | null | undefined
}
export interface GenerateOptions extends WaitOptions {
  wallet?: WalletLike | null | undefined // default: the only wallet found; several and none chosen is an error that lists them
  payer?: Address | undefined // added: which account pays; default: the first that has enough
  dialect?: 'imagine' | 'clawdvine' | undefined // added: which service it is
  schema?: 'ignore' | undefined // added: what the seller says of its parameters is not held against the request
  undeployed?: 'send' | undefined // added: an ERC-6492 signature is sent as it is, to a seller of version 2
  maxPrice?: string | undefined // in USDC; default "5.00"
  confirm?: ((quote: PricedQuote) => boolean | Promise<boolean>) | undefined
}
export interface Config extends GenerateOptions {
  networks?: Network[] | undefined // allowed, in order of preference; default ["eip155:8453"]
  payTo?: Address[] | undefined // if given, no other recipient is ever signed for; a wrong EIP-55 checksum is refused
  budget?: { amount: string; per: 'hour' | 'day' | 'week' } | undefined // over all tabs, kept in the journal
  assets?: Asset[] | undefined // tokens allowed besides the built-in USDC table
  /** Of a client with a budget, no call can take another one. Added: a store of the page's own. */
  storage?: 'indexeddb' | 'memory' | Store | undefined
  upload?: 'json' | 'form' | undefined // added: servers that take a form, or no large JSON
}
/** Added: which budget, and where it is counted. */
export type BudgetOptions = Pick<Config, 'budget' | 'storage'>
/**
 * Any EIP-1193 provider, an EIP-6963 detail, a viem client, or the `rdns` of an announced wallet. Added: what connectors,
 * ethers and web3.js have, and promises.
 */
export type WalletLike = Eip1193Provider | WalletHolder | WalletConnector | WalletSender | PromiseLike<unknown> | string
export type WalletHolder = { provider: Eip1193Provider | WalletSender | WalletHolder } | { currentProvider: unknown }
export interface WalletConnector {
  getProvider(): Promise<unknown>
}
export interface WalletSender {
  send(method: string, params: unknown[]): Promise<unknown>
}
export interface Eip1193Provider {
  request(args: { method: string; params?: unknown }): Promise<unknown>
  // biome-ignore lint/suspicious/noExplicitAny: the standard's own shape
  on?(event: string, listener: (...args: any[]) => void): unknown
  // biome-ignore lint/suspicious/noExplicitAny: the standard's own shape
  removeListener?(event: string, listener: (...args: any[]) => void): unknown
}

export interface WalletInfo {
  id: string // EIP-6963 uuid, or "window.ethereum"
  rdns?: string | undefined
  name: string
  icon?: string | undefined
  provider: Eip1193Provider
}

/* ---------- added: where purchases are remembered ---------- */

/**
 * A record as it is stored: plain data, and perhaps a Blob or bytes of a picture. Members other than `id` are the
 * library's.
 */
export type StoredPurchase = { id: string } & Record<string, unknown>
/**
 * Nobody else has the purchase until `release`, a no-op when called again. `everywhere`: other tabs are kept away, too.
 */
export interface StoreHold {
  release(): void
  everywhere: boolean
}
/** Those begun at that time or later (milliseconds since 1970) and those without a time; at most that number. */
export interface StoreFilter {
  since?: number | undefined
  limit?: number | undefined
}
/** Returns what takes the record's place: `undefined` removes it, the very same record leaves everything as it is. */
export type StoreChange = (
  record: StoredPurchase | undefined,
  recordsSince: StoredPurchase[],
) => StoredPurchase | undefined
export interface Store {
  /** Resolves once nobody else has hold of that purchase. Has no timeout: only `signal` ends it, with its reason. */
  hold(id: string, signal?: AbortSignal): Promise<StoreHold>
  read(id: string): Promise<StoredPurchase | undefined>
  /** The newest by `order.createdAt` first; those without a time last. */
  list(filter?: StoreFilter): Promise<StoredPurchase[]>
  /**
   * One atomic step, during which nobody else writes: calls `change` synchronously with the record and, if `since` is
   * given, what `list({ since })` would return. Resolves once the change is permanent (`relaxed`: unless the power
   * fails). What `change` throws is what it rejects with, and nothing is written. `change` may be called again after a
   * first try that failed. A call that has rejected must not write later on: the library cannot check that.
   */
  update(id: string, since: number | undefined, change: StoreChange, durability?: 'strict' | 'relaxed'): Promise<void>
}

/* ---------- what comes out ---------- */

export type Address = `0x${string}`
export type Hex = `0x${string}`
export type Network = `eip155:${number}` // CAIP-2, whatever the server calls it
export interface Money {
  amount: string
  atomic: string
  symbol: string
  decimals: number
} // "1.20", "1200000", "USDC", 6
export interface Asset {
  network: Network
  address: Address
  name: string
  version: string
  symbol: string
  decimals: number
  maxPrice: string
}

/** Told apart by `'accepted' in quote`. */
export type Quote = PricedQuote | FreeQuote

export interface PricedQuote {
  request: GenerateRequest
  price: Money
  network: Network
  asset: Address
  payTo: Address
  x402Version: 1 | 2
  maxTimeoutSeconds: number
  quotedAt: number
  /** The server's own machine-readable form of its parameters, when it sends one. */
  outputSchema?: unknown
  /** Added: its parameters, in one form; the models it lists; and what rules this request out. */
  schema?: RequestSchema
  models?: string[]
  problems?: RequestProblem[]
  /** Added: the offer itself, for `generate(quote)`. */
  seal: unknown
}

export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null'

/** Added: what the server says of its parameters. */
export type RequestSchema = Record<string, RequestParameter>

export interface RequestParameter {
  type?: JsonType[]
  description?: string
  required?: true
  beside?: true
  default?: unknown
  example?: unknown
  enum?: (string | number | boolean)[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  maxLength?: number
  items?: RequestParameter
  properties?: RequestSchema
}

export interface RequestProblem {
  field: string
  problem: 'missing' | 'not_allowed' | 'too_small' | 'too_large' | 'too_long' | 'wrong_type'
  message: string
  allowed?: string[]
}

/** The server took the request without asking for payment: the task is real, keep it. */
export interface FreeQuote {
  request: GenerateRequest
  price: Money
  quotedAt: number
  accepted: TaskRecord
}

export type TaskStatus =
  | { status: 'queued'; taskId: string; progress: number | null }
  | { status: 'processing'; taskId: string; progress: number | null }
  | { status: 'completed'; taskId: string; progress: 100; result: Generation }
  | { status: 'failed'; taskId: string; error: string }
  | { status: 'not_found'; taskId: string }
  | { status: 'unknown'; taskId: string; raw: unknown }

export interface Media {
  url: string
  mimeType?: string | undefined
}
export interface Generation {
  taskId: string
  text?: string | undefined
  video?: Media | undefined
  image?: Media | undefined
  gif?: Media | undefined
  templateName?: string | undefined
  agentId?: string | undefined
  templateData: Record<string, unknown>
  /** Pass as `soraVideoId` to remix this video. */
  remixId?: string | undefined
  /** Added: the server's public page about it. */
  pageUrl?: string | undefined
  token?:
    | {
        address: Address
        symbol?: string | undefined
        name?: string | undefined
        chain?: string | undefined
        external?: boolean | undefined
        image?: string | undefined
      }
    | undefined
  receipt: Receipt | null
  /** The server's answer, untouched; `null` where the result comes from the journal. */
  raw: unknown
  /**
   * Added: when the server said so; only where the result comes from the journal, since the server has forgotten it or
   * is away.
   */
  heardAt?: number | undefined
}
/** Added: what was made, as the journal keeps it: without files that came as bytes, up to 64 KiB of JSON. */
export interface KeptGeneration extends Partial<Omit<Generation, 'receipt' | 'raw' | 'heardAt'>> {
  heardAt: number
}
export interface Receipt {
  taskId: string
  amount: Money
  network: Network
  asset: Address
  payer: Address
  payTo: Address
  nonce: Hex
  transaction?: Hex | undefined
  explorerUrl?: string | undefined
  /** How it is known: the server named the transaction, or its logs show the transfer. */
  settled: 'server' | 'chain' | 'unknown'
  at: number
}
export interface TaskRecord {
  id: string
  taskId?: string | undefined
  baseUrl: string
  prompt: string
  createdAt: number
  /** Added: `unreadable` is a record that this version cannot read. `forget` takes it out of the way. */
  step: 'signing' | 'signed' | 'accepted' | 'done' | 'abandoned' | 'unreadable'
  paid: Paid
  price?: Money | undefined
  receipt?: Receipt | undefined
  status?: TaskStatus['status'] | undefined
  result?: KeptGeneration | undefined // added: what was made, kept for the day on which the service has forgotten the task
}
/** Added: amounts of USDC as decimal text. `resetsAt`: when some of it comes back; `null` when nothing is spent. */
export interface BudgetState {
  limit: string
  spent: string
  left: string
  resetsAt: number | null
}
/** A paid task. Iterate its events, wait for its result, or use it as a Svelte store / React external store. */
export interface Task extends AsyncIterable<ImagineEvent> {
  readonly id: string
  readonly taskId: string
  /** The transaction may come later, in the background: `subscribe` tells. */
  readonly receipt: Receipt | null
  wait(options?: WaitOptions): Promise<Generation> // any number of times; one poller
  refresh(): Promise<TaskStatus>
  /** Added: the video as a Blob, from what `keep` has kept, or else from its address. */
  save(options?: SaveOptions): Promise<Blob>
  stop(): void // stop watching; the job goes on
  subscribe(run: (snapshot: TaskSnapshot) => void): () => void
  getSnapshot(): TaskSnapshot // identity changes only when the content does
}
export interface TaskSnapshot {
  status: TaskStatus | null
  result: Generation | null
  receipt: Receipt | null
  error: ImagineError | null
  heardAt: number | null
}

export type ImagineEvent =
  | { type: 'quoted'; quote: PricedQuote }
  | { type: 'connected'; address: Address; chainId: number }
  | { type: 'switching'; network: Network }
  /** Added: the purchase takes the budget past 80 %. */
  | ({ type: 'budget' } & BudgetState)
  /** The wallet prompt is open. The hashes are what a hardware wallet shows. */
  | {
      type: 'signing'
      typedData: unknown
      digest: Hex
      domainHash: Hex
      messageHash: Hex
      validBefore: number
      display: { amount: string; atomic: string; to: Address } // added: what the wallet shows
    }
  | { type: 'paying'; nonce: Hex }
  | { type: 'payment_unknown'; reason: string; checkAgainAt: number }
  | { type: 'accepted'; taskId: string; receipt: Receipt | null }
  | { type: 'status'; status: TaskStatus; heardAt: number }
  | { type: 'retrying'; attempt: number; inMs: number; reason: string }
  | { type: 'paused' | 'resumed'; why: 'hidden' | 'offline' | 'frozen' }
  | { type: 'done'; result: Generation }
  /** Added: what came of `keep`, after `done`. */
  | { type: 'kept'; bytes: number }
  | { type: 'not_kept'; reason: string }

/* ---------- errors ---------- */

export type Paid = 'no' | 'yes' | 'unknown'
export type ErrorCode =
  | 'invalid_request'
  | 'image_unreadable'
  | 'unsupported_environment'
  | 'network'
  | 'http'
  | 'bad_response' // before anything was signed
  | 'no_wallet'
  | 'wallet_ambiguous'
  | 'wallet_busy'
  | 'wallet_locked'
  | 'wallet_error'
  | 'user_rejected'
  | 'declined'
  | 'wrong_network'
  | 'clock_mismatch' // added: nothing is signed; details: { chain, machine }
  | 'no_acceptable_offer'
  | 'request_unsupported' // added
  | 'price_too_high'
  | 'budget_exceeded'
  | 'insufficient_funds'
  | 'bad_signature'
  | 'signature_expired'
  | 'payment_rejected'
  | 'payment_unknown'
  | 'generation_failed'
  | 'task_not_found'
  | 'wait_timeout'
  | 'aborted'

export interface ProblemsDetails {
  problems: RequestProblem[]
}

/** Added: what errors have as `details`. */
export interface FoundWallet {
  name: string
  rdns?: string
}
export interface WalletLink {
  name: string
  url: string
}
export interface NoWalletDetails {
  wallets: FoundWallet[]
  links: WalletLink[]
}
export interface ChoiceDetails {
  wallets: FoundWallet[]
}
export interface PromptDetails {
  prompt: 'open' | 'answered'
}
export interface ClockDetails {
  chain: number
  machine: number
}
export interface OffersDetails {
  offers: Record<string, unknown>[]
}
export interface PriceDetails {
  price: string
  cap: string
}
export interface BudgetDetails {
  budget: string
  left: string
  price: string
  resetsAt?: number
}
export interface FundsDetails {
  have: string
  need: string
  address: Address
  network: Network
}
export interface RecordDetails {
  id?: string
}
export interface ReasonDetails {
  reason: string
}
export interface ErrorDetails {
  no_wallet: NoWalletDetails
  wallet_ambiguous: ChoiceDetails
  wallet_busy: WalletWords
  wallet_locked: WalletWords
  wallet_error: WalletWords
  user_rejected: WalletWords
  wrong_network: WalletWords
  signature_expired: PromptDetails
  clock_mismatch: ClockDetails
  no_acceptable_offer: OffersDetails & ServiceWords
  request_unsupported: ProblemsDetails
  price_too_high: PriceDetails
  budget_exceeded: BudgetDetails
  insufficient_funds: FundsDetails
  unsupported_environment: RecordDetails
  network: ServiceWords
  http: ServiceWords
  bad_response: ServiceWords
  generation_failed: ReasonDetails
  payment_rejected: Partial<PaymentFacts> & ServiceWords
  payment_unknown: Partial<PaymentFacts> & ServiceWords
  task_not_found: Partial<PaymentFacts>
  aborted: Partial<PaymentFacts>
}
export interface WalletWords {
  walletCode?: string
  walletMessage?: string
}
export interface ServiceWords {
  status?: number
  body?: string
  reason?: string
  paymentResponse?: string
}
export interface PaymentFacts {
  id: string
  nonce: Hex
  payer: Address
  payTo: Address
  amount: string
  asset: Address
  network: Network
  validBefore: number
}
/** Added: an error whose `code` tells the type of its `details`. */
export type AnyImagineError = {
  [Code in ErrorCode]: ImagineError & {
    readonly code: Code
    readonly details?: Code extends keyof ErrorDetails ? ErrorDetails[Code] : Record<string, unknown>
  }
}[ErrorCode]
export class ImagineError extends Error {
  readonly code: ErrorCode
  readonly stage: 'request' | 'quote' | 'wallet' | 'payment' | 'wait'
  /** Whether money moved, as far as can be known. Never "no" unless it is certain. */
  readonly paid: Paid
  /**
   * `safe`: call again. `resume`: do not pay again, call `resume`. `pays_again`: a new call is a new purchase. `never`:
   * it cannot work as it stands.
   */
  readonly retry: 'safe' | 'resume' | 'pays_again' | 'never'
  readonly taskId?: string | undefined
  readonly receipt?: Receipt | undefined
  readonly details?: Record<string, unknown> | undefined // e.g. {have, need, address}; {price, cap}; {offers}
  readonly cause?: unknown // the original value, identity kept
  /** Added: message and name as well, and the cause in words. */
  toJSON(): Record<string, unknown>
}
/** By brand, not by prototype: survives two copies of the package. */
export function isImagineError(value: unknown): value is AnyImagineError
