/**
 * The public types. Amounts are decimal strings, never numbers. Times are milliseconds since the epoch unless a name says
 * otherwise.
 */
import type { ImagineError } from './error.js'

/** `0x` and 40 hex digits. */
export type Address = `0x${string}`
/** `0x` and hex digits. */
export type Hex = `0x${string}`
/** A chain by its CAIP-2 name: `eip155:8453` is Base, `eip155:84532` Base Sepolia. */
export type Network = `eip155:${number}`

/** An amount of a token: `{ amount: "1.20", atomic: "1200000", symbol: "USDC", decimals: 6 }`. */
export interface Money {
  amount: string
  atomic: string
  symbol: string
  decimals: number
}

/* ---------- what goes in ---------- */

/** What is to be made. */
export interface GenerateRequest {
  /** What the video shows. */
  prompt: string
  /**
   * A picture to start from: an http(s) address (the server fetches it), a base64 data URL, or the picture itself, up to 25 MB. The
   * type of bytes is read from the bytes: PNG, JPEG, GIF, WebP, AVIF or BMP.
   */
  image?: string | URL | Blob | BufferSource | HTMLCanvasElement | OffscreenCanvas
  /** Default `sora`. */
  videoModel?: 'sora' | (string & {})
  /** Seconds, above 0. The server's default is 8. */
  duration?: number
  /** Remixes or continues an earlier video: the `remixId` of its result. */
  soraVideoId?: string
  /** Lets the server rewrite the prompt. Default false. */
  autoEnhance?: boolean
  /** Deploys a Clanker token for the result, for good. Off unless set. */
  autoClank?: boolean
  /** The idempotency id, sent as `seed`: 1 to 128 letters, digits, `-`, `_`, `.` and `:`. Default a fresh UUID. */
  id?: string
  /** Further fields, passed on under `templateData`. */
  extra?: Record<string, unknown>
}

/** Options of every call. */
export interface CallOptions {
  /** Ends the call at once, in every stage. The error says whether money moved. */
  signal?: AbortSignal
  /** Where the service is: https, or http on this machine. */
  baseUrl?: string
}

/** Options of a call that waits. */
export interface WaitOptions extends CallOptions {
  /** Told everything, in order. What it throws is reported and does no harm. */
  onEvent?: (event: ImagineEvent) => void
  /** Told each status with its percentage, which never goes back; `null` where the server gives none. */
  onProgress?: (percent: number | null, status: TaskStatus) => void
  /** Milliseconds between two looks: default 15000, at least 2000. Where progress shows the end, looks are fewer before it and closer around it. */
  pollInterval?: number
  /** Milliseconds of waiting: default 20 minutes; `null` is no limit. */
  timeout?: number | null
}

/** Options of a call that buys. */
export interface GenerateOptions extends WaitOptions {
  /** The visitor's wallet. Default: the only one found; several and none chosen is `wallet_ambiguous`. Its first account pays. */
  wallet?: WalletLike
  /** The most that it may cost, in USDC. Default `"5.00"`. */
  maxPrice?: string
  /** Asked once the price and the wallet are known, before the wallet's prompt opens. Anything but `true` declines. */
  confirm?: (quote: Quote) => boolean | Promise<boolean>
}

/** What `createClient` binds. The options of a call go over it. */
export interface Config extends GenerateOptions {
  /** The allowed networks, in order of preference. Default `["eip155:8453"]`. */
  networks?: Network[]
  /**
   * How requests are sent: `json` by default, with a picture as base64 in it; `form` for servers that take `multipart/form-data`, with the
   * picture as a file. A server that refuses the JSON as too large (413) gets the form by itself, before anything is paid.
   */
  upload?: 'json' | 'form'
  /** When given, nobody else is ever paid. */
  payTo?: Address[]
  /**
   * The most that all purchases of this origin may cost together in any period of that length, over all tabs. Counted from the
   * journal: what was forgotten does not count, and `memory` knows of this page alone.
   */
  budget?: Budget
  /** Tokens that may be paid with besides the USDC of `networks`. Not together with `budget`, which counts USDC alone. */
  assets?: Asset[]
  /**
   * Where purchases are remembered. Default `indexeddb`: they survive reloads and crashes, and all tabs share them. `memory`
   * is gone with the page: a payment whose answer is lost with it cannot be found again.
   */
  storage?: 'indexeddb' | 'memory'
}

/** A token besides USDC that may be paid with. It has to know `transferWithAuthorization` (EIP-3009). */
export interface Asset {
  /** One of `networks`. */
  network: Network
  address: Address
  /** The contract's own EIP-712 domain: a seller that names another one is refused. */
  name: string
  version: string
  /** What people call it. */
  symbol: string
  /** How many atomic digits make one whole token. */
  decimals: number
  /** The most of it that one purchase may cost, as decimal text: `"5.00"`. `maxPrice` of the options is for USDC. */
  maxPrice: string
}

/** So much USDC in any hour, day or week. */
export interface Budget {
  /** Decimal text: `"20.00"`. */
  amount: string
  per: 'hour' | 'day' | 'week'
}

/**
 * An EIP-1193 provider, an EIP-6963 detail, a viem client (whose account, if it has one, is the one that pays), or the `rdns` of an
 * announced wallet.
 */
export type WalletLike = Eip1193Provider | { provider: Eip1193Provider } | string

/** What wallets put into pages ([EIP-1193](https://eips.ethereum.org/EIPS/eip-1193)). */
export interface Eip1193Provider {
  request(args: { method: string; params?: unknown }): Promise<unknown>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the standard's own shape
  on?(event: string, listener: (...args: any[]) => void): unknown
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the standard's own shape
  removeListener?(event: string, listener: (...args: any[]) => void): unknown
}

/** A wallet on the page. */
export interface WalletInfo {
  /** The EIP-6963 uuid, or `window.ethereum`. */
  id: string
  rdns?: string
  name: string
  /** A data URL, for an `<img>` and nothing else. */
  icon?: string
  provider: Eip1193Provider
}

/* ---------- what comes out ---------- */

/** What a request would cost, and who would be paid. */
export interface Quote {
  /** The request that was quoted, with its id. */
  request: GenerateRequest
  price: Money
  network: Network
  asset: Address
  payTo: Address
  x402Version: 1 | 2
  maxTimeoutSeconds: number
  quotedAt: number
  /** Set when the server took the request without asking for payment: the task is real, keep it. The price is then 0. */
  accepted?: TaskRecord
  /** The server's own machine-readable form of its parameters, when it sends one. */
  outputSchema?: unknown
  /** The server's own offer, and for which request and service it is good: `generate(quote)` reads it again. Leave it as it is. */
  seal?: unknown
}

/** One look at a task. */
export type TaskStatus =
  | { status: 'queued'; taskId: string; progress: number | null }
  | { status: 'processing'; taskId: string; progress: number | null }
  | { status: 'completed'; taskId: string; progress: 100; result: Generation }
  | { status: 'failed'; taskId: string; error: string }
  | { status: 'not_found'; taskId: string }
  /** A status that this version does not know. */
  | { status: 'unknown'; taskId: string; raw: unknown }

/**
 * A media file. The address is http(s), a data URL of a media type, or, for what the service sent as bytes, an object URL: it can be revoked
 * by `URL.revokeObjectURL`.
 */
export interface Media {
  url: string
  mimeType?: string
}

/** A finished generation. */
export interface Generation {
  taskId: string
  text?: string
  video?: Media
  /** The cover. */
  image?: Media
  gif?: Media
  templateName?: string
  agentId?: string
  templateData: Record<string, unknown>
  /** Pass as `soraVideoId` to remix this video. */
  remixId?: string
  token?: { address: Address; symbol?: string; name?: string; chain?: string }
  /** What was paid; `null` when nothing was, or when the task was only looked at. */
  receipt: Receipt | null
  /** The server's answer, untouched. */
  raw: unknown
}

/** What was paid, as far as it is known. */
export interface Receipt {
  taskId: string
  amount: Money
  network: Network
  asset: Address
  payer: Address
  payTo: Address
  /** The EIP-3009 nonce: with the payer it names the payment on the chain. */
  nonce: Hex
  transaction?: Hex
  explorerUrl?: string
  /** How the settlement is known. `unknown`: the server took the payment and showed no receipt. */
  settled: 'server' | 'chain' | 'unknown'
  at: number
}

/** A purchase as it is kept. */
export interface TaskRecord {
  id: string
  taskId?: string
  baseUrl: string
  prompt: string
  createdAt: number
  step: 'signing' | 'signed' | 'accepted' | 'done' | 'abandoned'
  paid: Paid
  price?: Money
  receipt?: Receipt
  status?: TaskStatus['status']
}

/** Which records are wanted. */
export interface TaskFilter {
  /** Only those that may still bring something: paid, or perhaps paid, and not finished. */
  unfinished?: boolean
  limit?: number
}

/** An accepted task. Iterate its events, wait for its result, or use it as a Svelte store or a React external store. */
export interface Task extends AsyncIterable<ImagineEvent> {
  /** The idempotency id. */
  readonly id: string
  /** The server's id. */
  readonly taskId: string
  readonly receipt: Receipt | null
  /** Waits for the result; any number of times, with one poller, whose interval and limit are those of the first wait. */
  wait(options?: WaitOptions): Promise<Generation>
  /** Looks now. */
  refresh(): Promise<TaskStatus>
  /** Stops watching; the job goes on. */
  stop(): void
  /** Svelte's store contract: calls `run` now and at every change. */
  subscribe(run: (snapshot: TaskSnapshot) => void): () => void
  /** The same object until something changes. */
  getSnapshot(): TaskSnapshot
}

/** What is known of a task. */
export interface TaskSnapshot {
  status: TaskStatus | null
  result: Generation | null
  receipt: Receipt | null
  error: ImagineError | null
  heardAt: number | null
}

/** What happens on the way. */
export type ImagineEvent =
  | { type: 'quoted'; quote: Quote }
  | { type: 'connected'; address: Address; chainId: number }
  | { type: 'switching'; network: Network }
  /** The wallet prompt is open. The hashes are what a hardware wallet shows. */
  | { type: 'signing'; typedData: unknown; digest: Hex; domainHash: Hex; messageHash: Hex; validBefore: number }
  | { type: 'paying'; nonce: Hex }
  | { type: 'payment_unknown'; reason: string; checkAgainAt: number }
  | { type: 'accepted'; taskId: string; receipt: Receipt | null }
  | { type: 'status'; status: TaskStatus; heardAt: number }
  | { type: 'retrying'; attempt: number; inMs: number; reason: string }
  | { type: 'paused' | 'resumed'; why: 'hidden' | 'offline' | 'frozen' }
  | { type: 'done'; result: Generation }

/* ---------- errors ---------- */

/** Whether money moved, as far as can be known. Never `no` unless it is certain. */
export type Paid = 'no' | 'yes' | 'unknown'

/** What happened. */
export type ErrorCode =
  | 'invalid_request' | 'image_unreadable' | 'unsupported_environment'
  | 'network' | 'http' | 'bad_response'
  | 'no_wallet' | 'wallet_ambiguous' | 'wallet_busy' | 'wallet_locked' | 'wallet_error' | 'user_rejected' | 'declined' | 'wrong_network'
  | 'no_acceptable_offer' | 'price_too_high' | 'budget_exceeded' | 'insufficient_funds'
  | 'bad_signature' | 'signature_expired'
  | 'payment_rejected' | 'payment_unknown'
  | 'generation_failed' | 'task_not_found' | 'wait_timeout' | 'aborted'

/* ---------- functions ---------- */

/** The functions, bound to a configuration. */
export interface Client {
  /** Quotes, guards, signs, pays, waits: resolves with the finished media. */
  generate(request: GenerateRequest | Quote, options?: GenerateOptions): Promise<Generation>
  /** Like `generate`, but resolves as soon as the payment is accepted. */
  submit(request: GenerateRequest | Quote, options?: GenerateOptions): Promise<Task>
  /**
   * Takes up a purchase from the journal, by its task id or its own id (default: the newest unfinished one), in whatever step
   * it was interrupted. Never signs. Resolves with `null` when there is none, or nothing was paid for it.
   */
  resume(taskId?: string, options?: WaitOptions): Promise<Task | null>
  /** The purchases that this browser made for this origin, newest first. Plain data: `JSON.stringify` exports it. */
  tasks(filter?: TaskFilter): Promise<TaskRecord[]>
  /** Deletes the record of a purchase. Refused while money may be under way for it. */
  forget(id: string): Promise<void>
  /** Looks at a task once. `failed` and `not_found` are values, not exceptions. */
  status(taskId: string, options?: CallOptions): Promise<TaskStatus>
  /** Asks for the price. Needs no wallet, spends nothing. Pass the result to `generate` to skip the asking, inside the click. */
  quote(request: GenerateRequest, options?: CallOptions): Promise<Quote>
  /**
   * The wallets that have announced themselves by EIP-6963 within `waitMs` (default 200) of the first call, and those that did since;
   * else `window.ethereum`.
   */
  wallets(options?: { waitMs?: number }): Promise<WalletInfo[]>
  /** The balance of the payment token: of `address`, or of the account that the wallet has connected to the page. Opens no prompt. */
  balance(options?: BalanceOptions): Promise<Money>
}

/** Whose balance, and where. */
export interface BalanceOptions {
  /** Through which it is read; it has to be on the network. Default: the only one found. */
  wallet?: WalletLike
  /** Default: the account that is connected. */
  address?: Address
  /** Default: the first of the client's `networks`. */
  network?: Network
}

/** What WebAssembly may be loaded from. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module

/** What every entry of the package exports as functions. */
export interface Library extends Client {
  /** Binds the functions to a configuration. Does nothing else: safe during server-side rendering. */
  createClient(config?: Config): Client
  /** Loads the WebAssembly now, from a place of the caller's if given. Later calls do nothing; after a failure it may be tried again. */
  init(source?: WasmSource): Promise<void>
}
