// The page's half: loads a client and pays with it. What is timed is seen at the page's own edge: its `fetch`, its
// wallet, its storage.
import { wasm } from '/wasm.js'

/** The key that the service signs by is that of development chains. */
const ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const SIGN = 'eth_signTypedData_v4'
const FUNDS = 100_000_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const word = (value) => `0x${value.toString(16).padStart(64, '0')}`

const now = () => performance.now()
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Of the payment under way: when it was begun, the price came, the wallet was asked to sign, had signed, and the
 * payment was sent; and when the storage was waited for.
 */
let seen = { storing: [] }

const fetched = globalThis.fetch
globalThis.fetch = async (input, init) => {
  const begun = now()
  const headers = new Headers(init?.headers ?? input.headers)
  if (headers.has('x-payment') || headers.has('payment-signature')) seen.sent = begun
  const response = await fetched(input, init)
  if (response.status === 402) seen.priced = now()
  return response
}

/** What is no signature is answered at once, from memory. */
const ANSWERS = {
  eth_requestAccounts: () => [ACCOUNT],
  eth_accounts: () => [ACCOUNT],
  eth_chainId: () => '0x2105',
  eth_call: () => word(FUNDS),
  eth_getBlockByNumber: () => ({ number: '0x1', timestamp: `0x${Math.floor(Date.now() / 1000).toString(16)}` }),
  eth_getCode: () => '0x',
}

const provider = {
  async request({ method, params }) {
    if (method !== SIGN) {
      if (!seen.asked) seen.questions = (seen.questions ?? 0) + 1
      return ANSWERS[method](params)
    }
    seen.asked = now()
    const response = await fetched('/sign', { method: 'POST', body: params[1] })
    const signature = await response.text()
    seen.signed = now()
    return signature
  },
}

const opened = IDBFactory.prototype.open
IDBFactory.prototype.open = function (...args) {
  const begun = now()
  const request = opened.apply(this, args)
  request.addEventListener('success', () => seen.storing.push([begun, now()]))
  return request
}
const transacted = IDBDatabase.prototype.transaction
IDBDatabase.prototype.transaction = function (...args) {
  const begun = now()
  const transaction = transacted.apply(this, args)
  transaction.addEventListener('complete', () => seen.storing.push([begun, now()]))
  return transaction
}

/** How each kind of client is made ready: a function that pays once. */
const READY = {
  nothing: () => undefined,
  official({ payingFetch }, { service }) {
    const paying = payingFetch(provider, ACCOUNT)
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'A paper boat', duration: 8 }),
    }
    return async () => (await paying(`${service}/generation/create`, init)).json()
  },
  async own({ init, submit }, { service, storage, budget }) {
    await init()
    const options = { wallet: provider, baseUrl: service, storage, budget }
    return () => submit({ prompt: 'A paper boat', duration: 8 }, options)
  },
}

let pay

globalThis.bench = {
  /**
   * Milliseconds until the client can be called. What the browser does for the first module of a page is over before.
   */
  async load({ url, kind, ...options }) {
    if (!crossOriginIsolated) throw new Error('the clock is coarse here')
    await import('/nothing.js')
    const begun = now()
    pay = await READY[kind](await import(url), { ...options, service: `${location.origin}${options.service}` })
    return now() - begun
  },
  async pay(times) {
    const payments = []
    while (payments.length < times) {
      seen = { begun: now(), storing: [] }
      const { taskId } = await pay()
      if (!taskId) throw new Error('not paid')
      payments.push(spans(seen))
      await pause(5)
    }
    return payments
  },
  /**
   * Fills the client's journal with finished purchases: one that it makes, and copies of its record, one per hour. All
   * but the `recent` newest are a day older than that.
   */
  async remember(count, recent = count) {
    await (await pay()).refresh()
    const database = await outcomeOf(indexedDB.open('imagine-x402'))
    const record = await finishedIn(database)
    const transaction = database.transaction('purchases', 'readwrite')
    const store = transaction.objectStore('purchases')
    for (let copy = 1; copy < count; copy++) {
      const age = copy * HOUR_MS + (copy < recent ? 0 : DAY_MS)
      const order = { ...record.order, createdAt: record.order.createdAt - age }
      store.put({ ...record, id: crypto.randomUUID(), order })
    }
    await new Promise((resolve, reject) => Object.assign(transaction, { oncomplete: resolve, onabort: reject }))
  },
  wasm,
}

/** The first purchase, once its end is written down: the library does that in the background. */
async function finishedIn(database) {
  for (;;) {
    const [record] = await outcomeOf(database.transaction('purchases').objectStore('purchases').getAll())
    if (record.step === 'done') return record
    await pause(5)
  }
}

const outcomeOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/** In milliseconds. */
const spans = ({ begun, priced, asked, signed, sent, storing, questions = 0 }) => ({
  calling: asked - begun,
  asking: asked - priced,
  askingStored: sharedBy(storing, priced, asked),
  sending: sent - signed,
  sendingStored: sharedBy(storing, signed, sent),
  questions,
})

const sharedBy = (times, from, to) =>
  times.reduce((sum, [begun, ended]) => sum + Math.max(0, Math.min(ended, to) - Math.max(begun, from)), 0)
