/**
 * The exports of every entry. The entries differ in where the WebAssembly comes from: inside the bundle, a file next to
 * it, or a static import.
 */
import { wasm } from '#wasm'
import { library } from './library.js'
import { loader } from './load.js'
import type { Library } from './types.js'

const all: Library = /* @__PURE__ */ library(/* @__PURE__ */ loader(wasm))

/**
 * Asks for the price, checks it, has the visitor's wallet sign, pays and waits. Resolves with the finished video and
 * the receipt. Call it in a click handler. Two simultaneous calls with the same request are one purchase, even if the
 * objects differ; so are two calls with the same `id`.
 *
 * @param request what to generate, or its {@link Quote}: then exactly that price is paid, or nothing
 * @param options limits, callbacks, the wallet and a signal
 * @throws {@link ImagineError} with any {@link ErrorCode}. `paid` says whether money moved, `retry` what to do next
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
 * Buys as {@link generate} does, but resolves as soon as the payment is accepted, with a {@link Task} to wait for,
 * iterate over, or display.
 *
 * @param request what to generate, or its {@link Quote}
 * @param options as for `generate`; they also apply to the task
 * @throws {@link ImagineError} with any {@link ErrorCode} except those of the wait
 *
 * @function
 */
export const submit: Library['submit'] = all.submit
/**
 * Resumes a purchase from the journal at the step where it was interrupted: by a reload, a crash, an abort or a lost
 * response. It never signs, so a page may call it on every load. Resolves with `null` if there is no purchase, or
 * nothing was paid for it. If the service has forgotten a finished task, or is unavailable, the result comes from the
 * journal.
 *
 * @param taskId the purchase's own id or the service's; default: the newest purchase that can still make progress
 * @throws {@link ImagineError} `payment_unknown` or `task_not_found` with what is known; `payment_rejected` once it is
 *   certain that nothing was paid
 *
 * @function
 */
export const resume: Library['resume'] = all.resume
/**
 * The purchases that this browser made for this origin, newest first, as plain data: `JSON.stringify` exports them.
 *
 * @throws {@link ImagineError} `unsupported_environment` if the browser does not give access to its storage
 *
 * @function
 */
export const tasks: Library['tasks'] = all.tasks
/**
 * Deletes the record of a purchase and its kept video. Its amount and time are kept under the id for a week, for budgets. Waits while
 * another call is working on the purchase. A call in another tab that cannot be waited for, because there are no Web
 * Locks, never sends what its wallet signs later.
 *
 * @param id the purchase's own id
 * @throws {@link ImagineError} `invalid_request`, with `paid: 'unknown'` and `retry: 'resume'`, while the purchase may
 *   still move money
 *
 * @function
 */
export const forget: Library['forget'] = all.forget
/**
 * How much of the `budget` is spent, what is left, and when some of it becomes available again. Resolves with `null` if
 * there is no budget.
 *
 * @param options a budget, and the storage whose purchases count. Default: those of the client
 * @throws {@link ImagineError} `unsupported_environment` if the journal, or a record that counts, cannot be read
 * @example
 * ```ts
 * const state = await budget({ budget: { amount: '20.00', per: 'day' } })
 * ```
 *
 * @function
 */
export const budget: Library['budget'] = all.budget
/**
 * Polls a task once. `failed` and `not_found` are values, not exceptions.
 *
 * @param taskId the service's id, or the own id of a purchase in the journal
 * @throws {@link ImagineError} `network`, `http` or `bad_response` if there is no readable response
 *
 * @function
 */
export const status: Library['status'] = all.status
/**
 * Asks for the price. Needs no wallet and spends nothing. Pass the result to {@link generate} in the click handler, so
 * that wallets may open a window.
 *
 * @throws {@link ImagineError} `invalid_request`, `image_unreadable`, `network`, `http`, `bad_response`,
 *   `no_acceptable_offer` or `price_too_high`
 *
 * @function
 */
export const quote: Library['quote'] = all.quote
/**
 * The wallets on the page: those that announced themselves by EIP-6963 within `waitMs` milliseconds (default 200) of
 * the first call or later; if none did, `window.ethereum`. Opens no prompt and loads no WebAssembly.
 *
 * @function
 */
export const wallets: Library['wallets'] = all.wallets
/**
 * Calls `run` with the wallets on the page: soon, but never before this function has returned, and again whenever
 * another wallet appears. Asks the wallets once to announce themselves; opens no prompt.
 *
 * @param run receives the whole list, each wallet once
 * @returns a function that stops it
 * @throws {@link ImagineError} `invalid_request` if `run` is not a function
 *
 * @function
 */
export const watchWallets: Library['watchWallets'] = all.watchWallets
/**
 * The balance of the payment token: of `address`, or of the account that the wallet has connected to the page. Opens no
 * prompt.
 *
 * @throws {@link ImagineError} `no_wallet`, `wallet_ambiguous`, `wallet_locked`, `wrong_network` or `wallet_error`
 *
 * @function
 */
export const balance: Library['balance'] = all.balance
/**
 * Binds the functions to a configuration. Synchronous; uses neither the page nor the network, so it is safe during
 * server-side rendering.
 *
 * @param config the options of every call. A call's own options override them, except for the limits `networks`,
 *   `assets`, `payTo` and `budget`, which no call can lift
 *
 * @function
 */
export const createClient: Library['createClient'] = all.createClient
/**
 * Loads the WebAssembly ahead of the first call. Further calls do nothing; after a failure it can be tried again.
 *
 * @param source your own source: a URL, a response, bytes or a module. Default: that of the entry
 * @throws {@link ImagineError} `unsupported_environment`
 *
 * @function
 */
export const init: Library['init'] = all.init

export { ImagineError, isImagineError } from './error.js'
export type * from './types.js'
