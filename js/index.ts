/**
 * What every entry exports. Where the WebAssembly comes from is the bundle's own: inside, a file beside it, or a static
 * import.
 */
import { wasm } from '#wasm'
import { library } from './library.js'
import { loader } from './load.js'
import type { Library } from './types.js'

const all: Library = /* @__PURE__ */ library(/* @__PURE__ */ loader(wasm))

/**
 * Asks for the price, checks it, has the visitor's wallet sign, pays, waits: resolves with the finished video and the
 * receipt. Call it in the visitor's click. The same request twice at the same time is one purchase, whatever objects it
 * is made of; so is the same `id`.
 *
 * @param request what is to be made, or its {@link Quote}: then exactly that price is paid, or nothing
 * @param options limits, callbacks, the wallet and a signal
 * @throws {@link ImagineError} with any {@link ErrorCode}. `paid` says whether money moved, `retry` what may be done
 *   next
 * @example
 * ```ts
 * const request = { prompt: 'A paper boat on a neon river', duration: 8 }
 * const { video, receipt } = await generate(request, { maxPrice: '2.00' })
 * ```
 *
 * @function
 */
export const generate: Library['generate'] = all.generate
/**
 * Buys as {@link generate} does, but resolves as soon as the payment is accepted: with a {@link Task} to wait for, to
 * iterate, or to show.
 *
 * @param request what is to be made, or its {@link Quote}
 * @param options as those of `generate`; the task goes on with them
 * @throws {@link ImagineError} with any {@link ErrorCode} but those of the wait
 *
 * @function
 */
export const submit: Library['submit'] = all.submit
/**
 * Takes up a purchase from the journal, in whatever step it was interrupted: by a reload, a crash, an abort, a lost
 * answer. It never signs, so a page may call it whenever it loads. Resolves with `null` when there is none, or nothing
 * was paid for it. A finished task whose service has forgotten it, or is away, has the result that the journal keeps.
 *
 * @param taskId the purchase's own id or the server's; default: the newest of which something may soon come
 * @throws {@link ImagineError} `payment_unknown` or `task_not_found` with what is known; `payment_rejected` once it is
 *   certain that nothing was paid
 *
 * @function
 */
export const resume: Library['resume'] = all.resume
/**
 * The purchases that this browser made for this origin, newest first, as plain data: `JSON.stringify` exports them.
 *
 * @throws {@link ImagineError} `unsupported_environment` where the browser does not show what it stores
 *
 * @function
 */
export const tasks: Library['tasks'] = all.tasks
/**
 * Deletes the record of a purchase. For budgets, its amount and time are kept under the id for a week. Waits while a
 * call is at the purchase; a call that it cannot see, in another tab without Web Locks, never sends what its wallet
 * signs later.
 *
 * @param id the purchase's own id
 * @throws {@link ImagineError} `invalid_request`, with `paid: 'unknown'` and `retry: 'resume'`, while money may be
 *   under way for it
 *
 * @function
 */
export const forget: Library['forget'] = all.forget
/**
 * How much of the `budget` is spent, what is left, and when some of it comes back. Resolves with `null` where there is
 * no budget.
 *
 * @param options a budget to count, and the storage to count it in. Default: those of the client
 * @throws {@link ImagineError} `unsupported_environment` where the journal, or a record that counts, cannot be read
 * @example
 * ```ts
 * const state = await budget({ budget: { amount: '20.00', per: 'day' } })
 * ```
 *
 * @function
 */
export const budget: Library['budget'] = all.budget
/**
 * Looks at a task once. `failed` and `not_found` are values, not exceptions.
 *
 * @param taskId the server's id, or the own id of a purchase in the journal
 * @throws {@link ImagineError} `network`, `http` or `bad_response` where there is no answer to read
 *
 * @function
 */
export const status: Library['status'] = all.status
/**
 * Asks for the price. Needs no wallet, spends nothing. Pass the result to {@link generate} inside the click, so that
 * wallets may open a window.
 *
 * @throws {@link ImagineError} `invalid_request`, `image_unreadable`, `network`, `http`, `bad_response`,
 *   `no_acceptable_offer` or `price_too_high`
 *
 * @function
 */
export const quote: Library['quote'] = all.quote
/**
 * The wallets on the page: those that have announced themselves by EIP-6963 within `waitMs` milliseconds (default 200)
 * of the first call, and those that did since; else `window.ethereum`. Opens no prompt and loads no WebAssembly.
 *
 * @function
 */
export const wallets: Library['wallets'] = all.wallets
/**
 * Calls `run` with the wallets on the page: soon, never before it has returned, and again whenever another one comes.
 * Asks them once to announce themselves; opens no prompt.
 *
 * @param run takes the whole list, each wallet once
 * @returns a function that stops it
 * @throws {@link ImagineError} `invalid_request` when `run` is no function
 *
 * @function
 */
export const watchWallets: Library['watchWallets'] = all.watchWallets
/**
 * What an account has of the payment token: `address`, or the account that the wallet has connected to the page. Opens
 * no prompt.
 *
 * @throws {@link ImagineError} `no_wallet`, `wallet_ambiguous`, `wallet_locked`, `wrong_network` or `wallet_error`
 *
 * @function
 */
export const balance: Library['balance'] = all.balance
/**
 * Binds the functions to a configuration. Synchronous; touches neither the page nor the network, so it is safe during
 * server-side rendering.
 *
 * @param config the options of every call. A call's own go over them, but for the limits `networks`, `assets`, `payTo`
 *   and `budget`, which no call lifts
 *
 * @function
 */
export const createClient: Library['createClient'] = all.createClient
/**
 * Loads the WebAssembly ahead of the first call. Later calls do nothing; after a failure it may be tried again.
 *
 * @param source a place of the caller's own: an address, a response, bytes or a module. Default: that of the entry
 * @throws {@link ImagineError} `unsupported_environment`
 *
 * @function
 */
export const init: Library['init'] = all.init

export { ImagineError, isImagineError } from './error.js'
export type * from './types.js'
