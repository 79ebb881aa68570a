/** What every entry exports. Where the WebAssembly comes from is the bundle's own: inside, a file beside it, or a static import. */
import { wasm } from '#wasm'
import { library } from './library.js'
import { loader } from './load.js'
import type { Library } from './types.js'

const all: Library = /* @__PURE__ */ library(/* @__PURE__ */ loader(wasm))

export const generate: Library['generate'] = all.generate
export const submit: Library['submit'] = all.submit
export const resume: Library['resume'] = all.resume
export const tasks: Library['tasks'] = all.tasks
export const forget: Library['forget'] = all.forget
export const status: Library['status'] = all.status
export const quote: Library['quote'] = all.quote
export const wallets: Library['wallets'] = all.wallets
export const balance: Library['balance'] = all.balance
export const createClient: Library['createClient'] = all.createClient
export const init: Library['init'] = all.init

export { ImagineError, isImagineError } from './error.js'
export type * from './types.js'
