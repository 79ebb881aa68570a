/**
 * The public types. Amounts are decimal strings, never numbers. Times are milliseconds since the epoch unless a name
 * says otherwise.
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
  /** Whole tokens, as decimal text: `"1.20"`. */
  amount: string
  /** The same in the token's smallest unit, as a whole number in text: `"1200000"`. */
  atomic: string
  /** What people call the token. */
  symbol: string
  /** How many atomic digits make one whole token. */
  decimals: number
}

/* ---------- what goes in ---------- */

/** What is to be made. */
export interface GenerateRequest {
  /** What the video shows. */
  prompt: string
  /**
   * A picture to start from: an http(s) address (the server fetches it), a base64 data URL, or the picture itself, up
   * to 25 MB. The type of bytes is read from the bytes: PNG, JPEG, GIF, WebP, AVIF or BMP.
   */
  image?: string | URL | Blob | ArrayBuffer | ArrayBufferView | HTMLCanvasElement | OffscreenCanvas | undefined
  /** The model, by the service's own name for it. Default: none is sent, and the service takes its own. */
  videoModel?: string | undefined
  /** Seconds, above 0. Default: none are sent, and the service takes its own. */
  duration?: number | undefined
  /** Remixes or continues an earlier video: the `remixId` of its result. */
  soraVideoId?: string | undefined
  /** Lets the server rewrite the prompt. Default false. */
  autoEnhance?: boolean | undefined
  /** Deploys a Clanker token for the result, for good. Off unless set. */
  autoClank?: boolean | undefined
  /**
   * The idempotency id: 1 to 128 letters, digits, `-`, `_`, `.` and `:`. Default a fresh UUID. It is sent as `seed`: as
   * it is if it is a UUID, else as the UUID (version 5) that is derived from it.
   */
  id?: string | undefined
  /**
   * Further fields, passed on under `templateData`: what JSON can hold. A name that is not listed here belongs in it.
   */
  extra?: Record<string, unknown> | undefined
}

/**
 * Options of every call. They are read by name when the call is made, own or inherited, but never from an
 * `Object.prototype`. An unknown name is `invalid_request`; so is `null` for `maxPrice`, `payTo`, `payer`, `networks`,
 * `assets`, `budget` and `storage`. `undefined` means left out.
 */
export interface CallOptions {
  /**
   * Ends the call at once, in every stage: the error is `aborted`, says whether money moved, and has the signal's
   * reason as `cause`.
   */
  signal?: AbortSignal | undefined
  /**
   * Where the service is: https, or http on this machine; or a path of the page's own origin, such as `'/api/imagine'`,
   * with a proxy behind it. Default `https://eliza.getimagine.club`.
   */
  baseUrl?: string | URL | undefined
  /**
   * For development, `'private'`: `baseUrl` may also be http on a private network (10/8, 172.16/12, 192.168/16,
   * `*.local`), which payments then cross unencrypted.
   */
  http?: 'private' | undefined
}

/** Options of a call that waits. */
export interface WaitOptions extends CallOptions {
  /** Told everything, in order. What it throws is reported and does no harm. */
  onEvent?: ((event: ImagineEvent) => void) | undefined
  /** Told each status with its percentage, which never goes back; `null` where the server gives none. */
  onProgress?: ((percent: number | null, status: TaskStatus) => void) | undefined
  /**
   * Milliseconds between two looks: default 15000, at least 2000. Where progress shows the end, looks are fewer before
   * it and closer around it.
   */
  pollInterval?: number | undefined
  /** Milliseconds of waiting: default 20 minutes; `null` is no limit. */
  timeout?: number | null | undefined
  /**
   * Keeps the bytes of the finished video in the browser, for {@link Task.save}, where its host lets pages read them.
   * It begins after `done`, and neither delays the result nor makes it fail; the event `kept` or `not_kept` says what
   * came of it. Default false.
   */
  keep?: boolean | undefined
}

/** Options of {@link Task.save}. */
export type SaveOptions = Pick<CallOptions, 'signal'>

/** Options of a call that takes a purchase up. */
export interface ResumeOptions extends WaitOptions {
  /**
   * The wallet through which the chain is read; others on the page are asked only where it is silent. Default: all of
   * them are asked. None is asked to sign, and none opens a prompt.
   */
  wallet?: WalletLike | null | undefined
}

/** Options of a call that buys. */
export interface GenerateOptions extends WaitOptions {
  /**
   * The visitor's wallet. Default: the only one found; several and none chosen is `wallet_ambiguous`. Named as
   * `undefined` or `null` in the options of a call, it is `no_wallet`, so that no other wallet is asked while yours is
   * not there yet, unless the client has one.
   */
  wallet?: WalletLike | null | undefined
  /**
   * The account that pays. Default: that of the viem client or the ethers signer in `wallet`, or else the first of the
   * connected accounts that has enough; at most five are looked at. One that the wallet has not connected to the page
   * is `wallet_locked`.
   */
  payer?: Address | undefined
  /**
   * `send`: the signature of a smart account that is not deployed ([ERC-6492](https://eips.ethereum.org/EIPS/eip-6492))
   * is sent, if the seller speaks version 2 of x402 and the account would accept it once it is deployed. The seller's
   * facilitator has to deploy it; if it does not, the payment is rejected and nothing is paid. Default: `bad_signature`,
   * and nothing is sent.
   */
  undeployed?: 'send' | undefined
  /**
   * `ignore`: what the seller says of its parameters is not held against the request, as when its list of models is out
   * of date. Default: what it rules out is `request_unsupported`, and nothing is signed.
   */
  schema?: 'ignore' | undefined
  /**
   * Which service it is. `imagine`, the default, has the parameters in `templateData`: as an object, or as JSON text
   * where the service refuses that. `clawdvine` has them beside the prompt.
   */
  dialect?: 'imagine' | 'clawdvine' | undefined
  /**
   * The most that it may cost, in USDC, as decimal text. Default `"5.00"`. A higher price is `price_too_high`, and
   * nothing is signed.
   */
  maxPrice?: string | undefined
  /** Asked once the price and the wallet are known, before the wallet's prompt opens. Anything but `true` declines. */
  confirm?: ((quote: PricedQuote) => boolean | Promise<boolean>) | undefined
}

/** What `createClient` binds. The options of a call go over it. */
export interface Config extends GenerateOptions {
  /** The allowed networks, in order of preference. Default `["eip155:8453"]`. */
  networks?: Network[] | undefined
  /**
   * How requests are sent: `json` by default, with a picture as base64 in it; `form` for servers that take
   * `multipart/form-data`, with the picture as a file. A server that refuses the JSON as too large (413) gets the form
   * by itself, before anything is paid.
   */
  upload?: 'json' | 'form' | undefined
  /** When given, nobody else is ever paid. `undefined` sets no limit. A wrong EIP-55 checksum is refused. */
  payTo?: Address[] | undefined
  /**
   * The most that all purchases of this origin may cost together in any period of that length, over all tabs. Counted
   * from the journal, which keeps amount and time of what was forgotten; `memory` knows of this page alone.
   */
  budget?: Budget | undefined
  /**
   * Tokens that may be paid with besides the USDC of `networks`. Not together with `budget`, which counts USDC alone.
   */
  assets?: Asset[] | undefined
  /**
   * Where purchases are remembered. Default `indexeddb`: they survive reloads and crashes, and all tabs share them.
   * `memory` is gone with the page: a payment whose answer is lost with it cannot be found again. A {@link Store} of
   * the page's own keeps them elsewhere; that of `imagine-x402/node` in files. Where a client has a `budget`, no call can take another one.
   */
  storage?: 'indexeddb' | 'memory' | Store | undefined
}

/** A token besides USDC that may be paid with. It has to know `transferWithAuthorization` (EIP-3009). */
export interface Asset {
  /** One of `networks`. */
  network: Network
  /** The token contract. */
  address: Address
  /** The name in the contract's own EIP-712 domain: a seller that names another one is refused. */
  name: string
  /** The version in the same domain. */
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
  /** USDC as decimal text: `"20.00"`. */
  amount: string
  /** How long a purchase counts: 60 minutes, 24 hours, or seven days. */
  per: 'hour' | 'day' | 'week'
}

/**
 * A wallet as pages have it: an EIP-1193 provider or a viem client; an object with a provider in it, such as an EIP-6963
 * detail; the `rdns` of an announced wallet; a connector of wagmi; a `BrowserProvider` or signer of ethers; web3.js; or
 * a promise of any of them. The account of a client or signer is the one that pays. A connector or promise is waited
 * for when the call is made, which may use up the visitor's click: wallets that open a window of their own need the
 * provider itself.
 */
export type WalletLike = Eip1193Provider | WalletHolder | WalletConnector | WalletSender | PromiseLike<unknown> | string

/** An EIP-6963 detail, an entry of `wallets()`, a signer of ethers, or web3.js. */
export type WalletHolder =
  | {
      /** The wallet itself, or what holds it. */
      provider: Eip1193Provider | WalletSender | WalletHolder
    }
  | {
      /** The wallet of web3.js. */
      currentProvider: unknown
    }

/** A connector of wagmi. */
export interface WalletConnector {
  /** Resolves with the provider. */
  getProvider(): Promise<unknown>
}

/** A `BrowserProvider` of ethers. */
export interface WalletSender {
  /** Asks the wallet. */
  send(method: string, params: unknown[]): Promise<unknown>
}

/** What wallets put into pages ([EIP-1193](https://eips.ethereum.org/EIPS/eip-1193)). */
export interface Eip1193Provider {
  /** Asks the wallet. Rejects with what the wallet throws. */
  request(args: { method: string; params?: unknown }): Promise<unknown>
  /** Listens to one of the wallet's events. The library does without. */
  // biome-ignore lint/suspicious/noExplicitAny: the standard's own shape
  on?(event: string, listener: (...args: any[]) => void): unknown
  /** Stops listening. */
  // biome-ignore lint/suspicious/noExplicitAny: the standard's own shape
  removeListener?(event: string, listener: (...args: any[]) => void): unknown
}

/** A wallet on the page. */
export interface WalletInfo {
  /** The EIP-6963 uuid, or `window.ethereum`. */
  id: string
  /** Its reverse domain name, such as `io.metamask`, by which `wallet` may name it. */
  rdns?: string | undefined
  /** What people call it. */
  name: string
  /** A data URL, for an `<img>` and nothing else. */
  icon?: string | undefined
  /** The wallet itself. */
  provider: Eip1193Provider
}

/* ---------- where purchases are remembered ---------- */

/**
 * A record as it is stored: plain data, and perhaps a Blob or bytes of a picture. Its members other than `id` are for
 * the library alone.
 */
export type StoredPurchase = {
  /** The purchase's own id. */
  id: string
} & Record<string, unknown>

/** A hold of one purchase, which nobody else has until it is released. */
export interface StoreHold {
  /** Lets go of it. A second call is a no-op. */
  release(): void
  /** Whether other tabs are kept away, too. */
  everywhere: boolean
}

/** Which records to list. */
export interface StoreFilter {
  /** Those begun at that time or later, in milliseconds since 1970, and those without a time. */
  since?: number | undefined
  /** At most that number. */
  limit?: number | undefined
}

/**
 * Decides what becomes of a record, without changing the objects that it is called with. What it returns takes the
 * record's place; `undefined` removes it; returning the very record that it was called with leaves everything as it is.
 */
export type StoreChange = (
  record: StoredPurchase | undefined,
  recordsSince: StoredPurchase[],
) => StoredPurchase | undefined

/** Keeps purchases. A page may pass one of its own as `storage`; each promise may reject with whatever went wrong. */
export interface Store {
  /** Resolves once nobody else has hold of that purchase. Has no timeout: only `signal` ends it, with its reason. */
  hold(id: string, signal?: AbortSignal): Promise<StoreHold>
  /** Resolves with the record of that id, if there is one. */
  read(id: string): Promise<StoredPurchase | undefined>
  /**
   * Resolves with the records, the newest by `order.createdAt` first. Records without a time come last, whatever
   * `since` is.
   */
  list(filter?: StoreFilter): Promise<StoredPurchase[]>
  /**
   * Changes one record in one atomic step, during which nobody else writes. Calls `change` synchronously with the
   * record and, with `since`, all records that `list({ since })` would return (without it, with none). IndexedDB may
   * leave out records without a time: they are not in its index.
   *
   * Resolves once the change is permanent (`relaxed`: unless the power fails). If `change` throws, nothing is written
   * and the promise rejects with what it threw. `change` may be called again after a first try that failed. The browser
   * says then that nothing was written; where it is wrong, the record is what `change` returned the first time.
   *
   * A call that has rejected must not write later on: the library cannot check that, and goes by what `read` returns
   * then.
   */
  update(id: string, since: number | undefined, change: StoreChange, durability?: 'strict' | 'relaxed'): Promise<void>
}

/* ---------- what comes out ---------- */

/**
 * What asking for the price came to. Most services want to be paid; some take the request as it is, which begins the
 * task:
 *
 * ```ts
 * const offer = await quote(request)
 * if ('accepted' in offer) console.log('free, and begun:', offer.accepted.taskId)
 * else console.log(`${offer.price.amount} ${offer.price.symbol} to ${offer.payTo}`)
 * ```
 *
 * `generate(offer)` takes either.
 */
export type Quote = PricedQuote | FreeQuote

/** What a request would cost, and who would be paid. It has no `accepted`. */
export interface PricedQuote {
  /** The request that was quoted, with its id. */
  request: GenerateRequest
  /** What it costs: this much is signed for, or nothing. */
  price: Money
  /** The chain that it is paid on. */
  network: Network
  /** The token contract that it is paid with. */
  asset: Address
  /** Who is paid. */
  payTo: Address
  /** The version of x402 that the server speaks. */
  x402Version: 1 | 2
  /**
   * Seconds from the signature until it is worth nothing, as the server would have it; what is signed never lasts
   * longer than ten minutes.
   */
  maxTimeoutSeconds: number
  /** When it was asked for. It has no end of its own: a server that has another price by then refuses the payment. */
  quotedAt: number
  /** The server's own machine-readable form of its parameters, when it sends one. */
  outputSchema?: unknown
  /**
   * What the server says of its parameters, by the names that they have in a request or its `extra`: enough to draw a
   * form. It is the server's word, which it may not keep; absent where it says nothing that can be read.
   */
  schema?: RequestSchema
  /**
   * The models that the server lists for `videoModel`, if it does. In the dialect `clawdvine`, `quote()` asks for them
   * at `GET /generation/models`, for three seconds at most; such a list rules nothing out.
   */
  models?: string[]
  /** What rules this request out, by `schema`: `generate` would refuse it as `request_unsupported`. Absent if nothing does. */
  problems?: RequestProblem[]
  /**
   * The server's own offer, and for which request and service it is good: `generate(quote)` reads it again. Leave it as
   * it is.
   */
  seal: unknown
}

/** A type of JSON. */
export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null'

/** Parameters, as a server describes them, by name. */
export type RequestSchema = Record<string, RequestParameter>

/**
 * What a server says of one parameter, reduced from the forms of both versions of x402 to that of JSON Schema. All
 * texts are the server's: show them as text.
 */
export interface RequestParameter {
  /** The types that it may have. Absent: any. An object that may also be sent as JSON text has both types. */
  type?: JsonType[]
  /** The server's words, as one line of plain text. */
  description?: string
  /** A request without it is not taken. */
  required?: true
  /** It is required beside the prompt, where a request has it in the dialect `clawdvine` alone. */
  beside?: true
  /** What the server uses where it is left out. */
  default?: unknown
  /** A value that the server gives as an example. */
  example?: unknown
  /** The only values that it may have. A list of one may be no more than an example, and rules nothing out. */
  enum?: (string | number | boolean)[]
  /** The smallest number. */
  minimum?: number
  /** The largest number. */
  maximum?: number
  /** A number has to be larger. */
  exclusiveMinimum?: number
  /** A number has to be smaller. */
  exclusiveMaximum?: number
  /** The most characters of a text. */
  maxLength?: number
  /** What each item of a list is. */
  items?: RequestParameter
  /** The members of an object. */
  properties?: RequestSchema
}

/** Why a server does not take a parameter of a request, by its own words. */
export interface RequestProblem {
  /** Its name in {@link PricedQuote.schema}; a member of an object after a dot. */
  field: string
  /** What is wrong. */
  problem: 'missing' | 'not_allowed' | 'too_small' | 'too_large' | 'too_long' | 'wrong_type'
  /** The same as a sentence. */
  message: string
  /** The values that it may have, where the server lists them. */
  allowed?: string[]
}

/** A request that the server took without asking for payment. Nothing is paid for it. */
export interface FreeQuote {
  /** The request that was taken, with its id. */
  request: GenerateRequest
  /** 0, in the token that would have been paid with. */
  price: Money
  /** When it was asked for. */
  quotedAt: number
  /** The task, which is under way: keep it. `generate` waits for it, and so does `resume`. */
  accepted: TaskRecord
}

/** One look at a task. */
export type TaskStatus =
  /** It has not begun. */
  | {
      status: 'queued'
      /** The server's id of the task. */
      taskId: string
      /** 0 to 100; `null` where the server gives none. */
      progress: number | null
    }
  /** It is being made. */
  | {
      status: 'processing'
      /** The server's id of the task. */
      taskId: string
      /** 0 to 100; `null` where the server gives none. */
      progress: number | null
    }
  /** It is there. */
  | {
      status: 'completed'
      /** The server's id of the task. */
      taskId: string
      /** 100. */
      progress: 100
      /** What was made. */
      result: Generation
    }
  /** The server could not make it. */
  | {
      status: 'failed'
      /** The server's id of the task. */
      taskId: string
      /** The server's own words. */
      error: string
    }
  /** The server does not know the task. */
  | {
      status: 'not_found'
      /** The id that was asked for. */
      taskId: string
    }
  /** A status that this version does not know. */
  | {
      status: 'unknown'
      /** The server's id of the task. */
      taskId: string
      /** The server's answer, untouched. */
      raw: unknown
    }

/**
 * A media file. The address is http(s), a data URL of a media type, or, for what the service sent as bytes, an object
 * URL: it can be revoked by `URL.revokeObjectURL`.
 */
export interface Media {
  /** For the `src` of an element. */
  url: string
  /** As the server names it, or, of bytes, what they show. */
  mimeType?: string | undefined
}

/** A finished generation. */
export interface Generation {
  /** The server's id of the task. */
  taskId: string
  /** What the server wrote about it. */
  text?: string | undefined
  /** The video. */
  video?: Media | undefined
  /** The cover, or the picture where the server made no video. */
  image?: Media | undefined
  /** A moving preview. */
  gif?: Media | undefined
  /** The server's name for how it was made. */
  templateName?: string | undefined
  /** The server's agent that made it. */
  agentId?: string | undefined
  /** What the server says of how it was made, untouched. */
  templateData: Record<string, unknown>
  /** Pass as `soraVideoId` to remix this video. */
  remixId?: string | undefined
  /** The server's public page about it, on the web: to share. */
  pageUrl?: string | undefined
  /** The token that `autoClank` deployed. */
  token?:
    | {
        /** Its contract. */
        address: Address
        /** Its short name. */
        symbol?: string | undefined
        /** Its long name. */
        name?: string | undefined
        /** The server's word for its chain. */
        chain?: string | undefined
        /** Whether it existed before, and is not of this purchase. */
        external?: boolean | undefined
        /** The address of its picture. */
        image?: string | undefined
      }
    | undefined
  /** What was paid; `null` when nothing was, or when the task was only looked at. */
  receipt: Receipt | null
  /** The server's answer, untouched; `null` where the result comes from the journal. */
  raw: unknown
  /**
   * When the server said so, in milliseconds since the epoch: only where the result comes from the journal, since the
   * server has forgotten the task or cannot be reached.
   */
  heardAt?: number | undefined
}

/**
 * What was made, as the journal keeps it: addresses (files that came as bytes have none that lasts), text, template
 * data and token, up to 64 KiB of JSON.
 */
export interface KeptGeneration extends Partial<Omit<Generation, 'receipt' | 'raw' | 'heardAt'>> {
  /** When the server said so, in milliseconds since the epoch. */
  heardAt: number
}

/** What was paid, as far as it is known. */
export interface Receipt {
  /** The task that was paid for. */
  taskId: string
  /** What was paid. */
  amount: Money
  /** On which chain. */
  network: Network
  /** With which token. */
  asset: Address
  /** Who paid. */
  payer: Address
  /** Who was paid. */
  payTo: Address
  /** The EIP-3009 nonce: with the payer it names the payment on the chain. */
  nonce: Hex
  /** The transaction that moved the money, where it is known. */
  transaction?: Hex | undefined
  /** The same in a block explorer, on chains whose explorer is known. */
  explorerUrl?: string | undefined
  /**
   * How the settlement is known: the server named the transaction (`server`), or its logs show the transfer (`chain`).
   * `unknown`: the server took the payment and showed no receipt; the transaction is looked for in the background.
   */
  settled: 'server' | 'chain' | 'unknown'
  /** When the receipt was made. */
  at: number
}

/** A purchase as it is kept. */
export interface TaskRecord {
  /** The idempotency id, by which `resume` and `forget` know it. */
  id: string
  /** The server's id of the task, once it is known. */
  taskId?: string | undefined
  /** The service that it was bought from. */
  baseUrl: string
  /** What was asked for. */
  prompt: string
  /** When it was begun. */
  createdAt: number
  /**
   * How far it came: the wallet was about to be asked (`signing`), the payment may have been sent (`signed`), the
   * server took it (`accepted`), the task has ended (`done`), or it is certain that no money moved and none will
   * (`abandoned`). `unreadable` is a record that this version cannot read, such as one of a newer version: what it does
   * not say is an empty text or 0, and `forget` takes it out of the way.
   */
  step: 'signing' | 'signed' | 'accepted' | 'done' | 'abandoned' | 'unreadable'
  /** Whether money moved for it. */
  paid: Paid
  /** What it cost. */
  price?: Money | undefined
  /** What was paid. */
  receipt?: Receipt | undefined
  /** How the task ended; `not_found` while the server does not know it any more. */
  status?: TaskStatus['status'] | undefined
  /** What was made. */
  result?: KeptGeneration | undefined
}

/** How much of a budget is spent. Amounts are USDC as decimal text. */
export interface BudgetState {
  /** The most that may be spent in its period. */
  limit: string
  /** What is spent, or may yet be. */
  spent: string
  /** What is left. */
  left: string
  /** When some of it comes back, in milliseconds since the epoch; `null` when nothing is spent. */
  resetsAt: number | null
}

/** Which records are wanted. */
export interface TaskFilter {
  /** Only those that may still bring something: paid, or perhaps paid, and not finished. */
  unfinished?: boolean | undefined
  /** So many of the newest. Default all. */
  limit?: number | undefined
}

/** An accepted task. Iterate its events, wait for its result, or use it as a Svelte store or a React external store. */
export interface Task extends AsyncIterable<ImagineEvent> {
  /** The idempotency id. */
  readonly id: string
  /** The server's id. */
  readonly taskId: string
  /**
   * What was paid; `null` when nothing was. Where the server showed no receipt, the transaction comes later:
   * {@link subscribe} tells.
   */
  readonly receipt: Receipt | null
  /**
   * Waits for the result; any number of times, with one poller, whose interval and limit are those of the first wait.
   * Rejects with `generation_failed`, `task_not_found`, `wait_timeout` or `aborted`.
   */
  wait(options?: WaitOptions): Promise<Generation>
  /** Looks now. Rejects with `network`, `http` or `bad_response` where there is no answer to read. */
  refresh(): Promise<TaskStatus>
  /**
   * The finished video as a Blob, or the picture where the server made no video: what the option `keep` has kept in the
   * browser, or else read from its address, without credentials. A task without a result is polled once.
   * Rejects with `network`, `http` or `bad_response` where the video cannot be read, with `invalid_request` where there
   * is none yet, or with `aborted`. Money is never at stake.
   */
  save(options?: SaveOptions): Promise<Blob>
  /** Stops watching; the job goes on. */
  stop(): void
  /**
   * Svelte's store contract: calls `run` now and at every change. Gives the function that ends it; the last to leave
   * ends the looking.
   */
  subscribe(run: (snapshot: TaskSnapshot) => void): () => void
  /** The same object until something changes. */
  getSnapshot(): TaskSnapshot
}

/** What is known of a task. */
export interface TaskSnapshot {
  /** The last look; `null` before the first. */
  status: TaskStatus | null
  /** What was made, once it is there. */
  result: Generation | null
  /** What was paid; `null` when nothing was. */
  receipt: Receipt | null
  /** Why it failed. */
  error: ImagineError | null
  /** When the server last said something of it. */
  heardAt: number | null
}

/** What happens on the way. */
export type ImagineEvent =
  /** The price is known. */
  | {
      type: 'quoted'
      /** What it costs, and who would be paid. */
      quote: PricedQuote
    }
  /** The wallet shows the page an account. */
  | {
      type: 'connected'
      /** The account that pays. */
      address: Address
      /** The chain that the wallet is on. */
      chainId: number
    }
  /** The wallet is asked to change to another chain. */
  | {
      type: 'switching'
      /** The chain that it is asked for. */
      network: Network
    }
  /** The purchase takes the `budget` past 80 %. */
  | ({ type: 'budget' } & BudgetState)
  /** The wallet prompt is open. The hashes are what a hardware wallet shows. */
  | {
      type: 'signing'
      /** What is to be signed, as EIP-712 typed data. */
      typedData: unknown
      /** What the key signs. */
      digest: Hex
      /** The hash of the token's signing domain. */
      domainHash: Hex
      /** The hash of the authorization. */
      messageHash: Hex
      /** From when on it is worth nothing, in this page's clock. Milliseconds since the epoch. */
      validBefore: number
      /** What the wallet shows: most show the amount in the token's smallest unit, and no symbol. */
      display: {
        /** Whole tokens, as decimal text: `"1.20"`. */
        amount: string
        /** The `value` that the wallet shows: `"1200000"`. */
        atomic: string
        /** The `to` that the wallet shows. */
        to: Address
      }
    }
  /** The payment is sent. */
  | {
      type: 'paying'
      /** The EIP-3009 nonce: with the payer it names the payment on the chain. */
      nonce: Hex
    }
  /** The answer to the payment was lost or makes no sense. Its fate is being found out; nobody has to pay again. */
  | {
      type: 'payment_unknown'
      /** What came instead of an accepted task, with the service's own reason: one line of plain text. */
      reason: string
      /**
       * By when its fate should be known at the latest, in this page's clock: it is asked for at once, and again until
       * then. Milliseconds since the epoch.
       */
      checkAgainAt: number
    }
  /** The server took the payment. */
  | {
      type: 'accepted'
      /** The server's id of the task. */
      taskId: string
      /** What was paid; `null` when the server asked for nothing. */
      receipt: Receipt | null
    }
  /** A look at the task. */
  | {
      type: 'status'
      /** What the server says. */
      status: TaskStatus
      /** When it said so. */
      heardAt: number
    }
  /** A look failed; it is tried again. */
  | {
      type: 'retrying'
      /** How many looks have failed in a row. */
      attempt: number
      /** Milliseconds until the next one. */
      inMs: number
      /** What went wrong. */
      reason: string
    }
  /** Looks are rarer for a while (`paused`), or as before (`resumed`). */
  | {
      type: 'paused' | 'resumed'
      /** The page is hidden for more than five minutes, has no network, or was put to sleep by the browser. */
      why: 'hidden' | 'offline' | 'frozen'
    }
  /** The result is there. */
  | {
      type: 'done'
      /** What was made. */
      result: Generation
    }
  /** The browser keeps the video, by the option `keep`. Comes after `done`, and after the call has resolved. */
  | {
      type: 'kept'
      /** Its size. */
      bytes: number
    }
  /** The browser does not keep the video, although the option `keep` is set. Comes when `kept` would. */
  | {
      type: 'not_kept'
      /** Why. */
      reason: string
    }

/* ---------- errors ---------- */

/** Whether money moved, as far as can be known. Never `no` unless it is certain. */
export type Paid = 'no' | 'yes' | 'unknown'

/** What happened. The README's table says of each what it means for the money and what to do next. */
export type ErrorCode =
  | 'invalid_request'
  | 'image_unreadable'
  | 'unsupported_environment'
  | 'network'
  | 'http'
  | 'bad_response'
  | 'no_wallet'
  | 'wallet_ambiguous'
  | 'wallet_busy'
  | 'wallet_locked'
  | 'wallet_error'
  | 'user_rejected'
  | 'declined'
  | 'wrong_network'
  | 'clock_mismatch'
  | 'no_acceptable_offer'
  | 'request_unsupported'
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

/** What a wallet says when it refuses or fails, as one line of its own words. */
export interface WalletWords {
  /** Its code, as text. */
  walletCode?: string
  /** Its message, of at most 500 characters. */
  walletMessage?: string
}

/** What a service answers when it refuses. */
export interface ServiceWords {
  /** The HTTP status. */
  status?: number
  /** The start of the body, as it came. */
  body?: string
  /** The service's reason, as one line of plain text. */
  reason?: string
  /** The start of the receipt's header, as it came. */
  paymentResponse?: string
}

/** What was signed, of a payment whose end is not known or that was not taken. */
export interface PaymentFacts {
  /** The purchase's own id. */
  id: string
  /** With the payer, it names the payment on the chain. */
  nonce: Hex
  /** Who pays. */
  payer: Address
  /** Who is paid. */
  payTo: Address
  /** Whole tokens, as decimal text. */
  amount: string
  /** The token contract. */
  asset: Address
  /** The chain. */
  network: Network
  /** From when on it is worth nothing, in milliseconds since the epoch. */
  validBefore: number
}

/** A wallet on the page, as an error names it. */
export interface FoundWallet {
  /** What people call it. */
  name: string
  /** Its reverse domain name. */
  rdns?: string
}

/** A link that opens the page in a wallet's own browser. */
export interface WalletLink {
  /** What people call the wallet. */
  name: string
  /** The link. */
  url: string
}

/** Of `no_wallet`. */
export interface NoWalletDetails {
  /** Those on the page. */
  wallets: FoundWallet[]
  /** For phones. */
  links: WalletLink[]
}

/** Of `wallet_ambiguous`. */
export interface ChoiceDetails {
  /** Those to choose from. */
  wallets: FoundWallet[]
}

/** Of `signature_expired`. */
export interface PromptDetails {
  /** Whether the prompt was left alone, or the signature came too late. */
  prompt: 'open' | 'answered'
}

/** Of `clock_mismatch`: milliseconds since the epoch. */
export interface ClockDetails {
  /** The time of the wallet's node. */
  chain: number
  /** The time of this device. */
  machine: number
}

/** Of `no_acceptable_offer`. */
export interface OffersDetails {
  /** The seller's offers, each with the reason why it cannot be paid. */
  offers: Record<string, unknown>[]
}

/** Of `request_unsupported`. */
export interface ProblemsDetails {
  /** One for each parameter that the seller does not take. */
  problems: RequestProblem[]
}

/** Of `price_too_high`: decimal text. */
export interface PriceDetails {
  /** What the seller asks for. */
  price: string
  /** The most that is allowed. */
  cap: string
}

/** Of `budget_exceeded`: USDC as decimal text. */
export interface BudgetDetails {
  /** The most that may be spent in its period. */
  budget: string
  /** What is left of it. */
  left: string
  /** What this purchase costs. */
  price: string
  /** From when on it fits, in milliseconds since the epoch; absent where it never does. */
  resetsAt?: number
}

/** Of `insufficient_funds`: decimal text. */
export interface FundsDetails {
  /** What the account has. */
  have: string
  /** What it needs. */
  need: string
  /** The account. */
  address: Address
  /** The chain. */
  network: Network
}

/** Of `unsupported_environment`, where a record of the journal is in the way. */
export interface RecordDetails {
  /** The id of its purchase. */
  id?: string
}

/** Of `generation_failed`. */
export interface ReasonDetails {
  /** The service's reason, as one line of plain text. */
  reason: string
}

/** The `details` of errors by their code, where they have any. */
export interface ErrorDetails {
  /** No wallet. */
  no_wallet: NoWalletDetails
  /** Several wallets. */
  wallet_ambiguous: ChoiceDetails
  /** Another request is open. */
  wallet_busy: WalletWords
  /** The account is not shared. */
  wallet_locked: WalletWords
  /** The wallet failed. */
  wallet_error: WalletWords
  /** The visitor declined. */
  user_rejected: WalletWords
  /** Another network. */
  wrong_network: WalletWords
  /** Not signed in time. */
  signature_expired: PromptDetails
  /** Clocks a day apart. */
  clock_mismatch: ClockDetails
  /** No offer can be paid. */
  no_acceptable_offer: OffersDetails & ServiceWords
  /** The seller does not take it. */
  request_unsupported: ProblemsDetails
  /** Over `maxPrice`. */
  price_too_high: PriceDetails
  /** Over the budget. */
  budget_exceeded: BudgetDetails
  /** Too little money. */
  insufficient_funds: FundsDetails
  /** A record is in the way. */
  unsupported_environment: RecordDetails
  /** No answer. */
  network: ServiceWords
  /** An answer that is no success. */
  http: ServiceWords
  /** An answer that makes no sense. */
  bad_response: ServiceWords
  /** The service failed. */
  generation_failed: ReasonDetails
  /** Not taken. */
  payment_rejected: Partial<PaymentFacts> & ServiceWords
  /** Perhaps taken. */
  payment_unknown: Partial<PaymentFacts> & ServiceWords
  /** The service does not know the task. */
  task_not_found: Partial<PaymentFacts>
  /** Aborted. */
  aborted: Partial<PaymentFacts>
}

/** An error whose `code` tells the type of its `details`. */
export type AnyImagineError = {
  [Code in ErrorCode]: ImagineError & {
    /** What happened. */
    readonly code: Code
    /** Facts about it. */
    readonly details?: Code extends keyof ErrorDetails ? ErrorDetails[Code] : Record<string, unknown>
  }
}[ErrorCode]

/* ---------- functions ---------- */

/** The functions, bound to a configuration. */
export interface Client {
  /** Quotes, guards, signs, pays, waits: resolves with the finished media. */
  generate(request: GenerateRequest | Quote, options?: GenerateOptions): Promise<Generation>
  /** Like `generate`, but resolves as soon as the payment is accepted. */
  submit(request: GenerateRequest | Quote, options?: GenerateOptions): Promise<Task>
  /**
   * Takes up a purchase from the journal, by its own id or its task id, in whatever step it was interrupted. By default
   * the newest of which something may soon come; last those that are paid and whose task is not known, and those whose
   * window is past. Never signs. Resolves with `null` when there is none, or nothing was paid for it. A finished task
   * whose service has forgotten it, or is away, gives the result that the journal has.
   */
  resume(taskId?: string, options?: ResumeOptions): Promise<Task | null>
  /** The purchases that this browser made for this origin, newest first. Plain data: `JSON.stringify` exports it. */
  tasks(filter?: TaskFilter): Promise<TaskRecord[]>
  /**
   * Deletes the record of a purchase; for budgets, its amount and time are kept for a week. Waits while a call has hold
   * of it. Refused while money may be under way for it: until the token has taken it, or a day after its window. Its
   * kept video is deleted, too.
   */
  forget(id: string): Promise<void>
  /** How much of the `budget`, of the client, or else of these options, is spent; `null` without one. */
  budget(options?: BudgetOptions): Promise<BudgetState | null>
  /**
   * Looks at a task once, by the server's id or that of a purchase in the journal. `failed` and `not_found` are values,
   * not exceptions.
   */
  status(taskId: string, options?: CallOptions): Promise<TaskStatus>
  /**
   * Asks for the price. Needs no wallet, spends nothing. Pass the result to `generate` to skip the asking, inside the
   * click.
   */
  quote(request: GenerateRequest, options?: CallOptions): Promise<Quote>
  /**
   * The wallets that have announced themselves by EIP-6963 within `waitMs` (default 200) of the first call, and those
   * that did since; else `window.ethereum`.
   */
  wallets(options?: { waitMs?: number }): Promise<WalletInfo[]>
  /**
   * Calls `run` with the wallets that {@link Client.wallets} returns: soon, and again whenever another one comes.
   * Returns a function that stops it.
   */
  watchWallets(run: (wallets: WalletInfo[]) => void): () => void
  /**
   * The balance of the payment token: of `address`, or of the account that the wallet has connected to the page. Opens
   * no prompt.
   */
  balance(options?: BalanceOptions): Promise<Money>
}

/** Which budget, and where it is counted. */
export type BudgetOptions = Pick<Config, 'budget' | 'storage'>

/** Whose balance, and where. */
export interface BalanceOptions {
  /** Through which it is read; it has to be on the network. Default: the only one found. */
  wallet?: WalletLike | undefined
  /** Default: the account that is connected. */
  address?: Address | undefined
  /** Default: the first of the client's `networks`. */
  network?: Network | undefined
}

/** What WebAssembly may be loaded from. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module

/** What every entry of the package exports as functions. */
export interface Library extends Client {
  /** Binds the functions to a configuration. Does nothing else: safe during server-side rendering. */
  createClient(config?: Config): Client
  /**
   * Loads the WebAssembly now, from a place of the caller's if given. Later calls do nothing; after a failure it may be
   * tried again.
   */
  init(source?: WasmSource): Promise<void>
}
