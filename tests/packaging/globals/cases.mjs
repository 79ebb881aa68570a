// Runs in a worker: what becomes of an import, or of a call, in realms that lack one global each. Posts all outcomes.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { GLOBALS, NOTHING, UNFORGEABLE, WAYS } from './globals.mjs'
import { createRealm, hide, packageFor, pageGlobals } from './realm.mjs'

const { directory, call, entry } = workerData
const all = Object.keys(WAYS).flatMap((way) => [...GLOBALS, NOTHING].map((name) => ({ name, way })))
const cases = all.filter(({ name, way }) => way !== 'throws when read' || !UNFORGEABLE.includes(name))

/** Takes a global from a realm: `navigator.locks` from its navigator. */
function take(realm, { name, way }) {
  const [inner, outer] = name.split('.').reverse()
  WAYS[way](outer ? realm[outer] : realm, inner, hide)
}

/** Makes every global tell of its use. */
function watch(globals, touched) {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globals, name, {
      configurable: true,
      get() {
        touched.push(name)
        return value
      },
    })
  }
}

/** An import, and what it reads of the realm. */
async function importing(lack) {
  const touched = []
  const globals = pageGlobals()
  watch(globals, touched)
  const realm = createRealm(globals)
  take(realm, lack)
  touched.length = 0
  const error = await packageFor(realm, directory)
    .load(entry)
    .then(
      () => undefined,
      ({ message }) => message,
    )
  return { error, touched }
}

/** A call, with a service and a wallet from which nothing is taken; the WebAssembly of `url.js` is served. */
async function calling(lack) {
  const { createTestWorld } = await import(path.join(directory, 'dist', 'testing.js'))
  const { wallet, service } = createTestWorld()
  const restore = service.install()
  const answer = globalThis.fetch
  restore()
  const fetch = async (input, init) =>
    String(input).endsWith('.wasm') ? new Response(await readFile(new URL(input))) : answer(input, init)
  const realm = createRealm({ ...pageGlobals(), fetch })
  take(realm, lack)
  const storage = lack.name === 'indexedDB' ? 'indexeddb' : 'memory'
  const options = { baseUrl: service.baseUrl, wallet, storage, maxPrice: '2.00' }
  const error = await packageFor(realm, directory)
    .load(entry)
    .then((imagine) => imagine[call]({ prompt: 'A paper boat' }, options))
    .then(
      () => undefined,
      ({ name, code, paid, retry, message }) => ({ name, code, paid, retry, message }),
    )
  return { error, payments: service.payments.length }
}

/** What nobody catches, as a panic in the WebAssembly, leaves a promise pending for ever. */
const uncaught = []
process.on('uncaughtException', ({ message }) => uncaught.push(message))
const SILENT = { error: { message: 'it never settled' }, touched: [] }
const settled = (work) => Promise.race([work, sleep(60_000, SILENT)])

const outcomeOf = (lack) => settled(call ? calling(lack) : importing(lack))
const outcomes = await Promise.all(cases.map(async (lack) => ({ ...lack, outcome: await outcomeOf(lack) })))
parentPort.postMessage({ outcomes, uncaught })
