// Who has hold of a purchase: the library itself, by the turns of its page and by Web Locks, or the page's own store. Real locks, and two real
// tabs, are in tests/browser/storage.test.mjs.
import assert from 'node:assert/strict'
import { afterEach, before, describe, test } from 'node:test'
import { failureOf, OFFER, openCrate, openStore } from './crate.mjs'

const TIMEOUT = { timeout: 30_000 }
const ID = 'order-1'

let crate
before(async () => {
  crate = await openCrate()
})

const { fetch } = globalThis
const navigator = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
afterEach(() => {
  globalThis.fetch = fetch
  if (navigator) Object.defineProperty(globalThis, 'navigator', navigator)
  else delete globalThis.navigator
})

/** In the place of the browser's Web Locks, which Node has not. */
const lockBy = (locks) => Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks } })

/** Locks as browsers have them, one holder a name. */
function openLocks() {
  const held = new Map()
  const names = []
  const request = async (name, { ifAvailable }, callback) => {
    names.push(name)
    if (ifAvailable && held.has(name)) return callback(null)
    await held.get(name)
    const lasting = Promise.resolve(callback({ name }))
    held.set(
      name,
      lasting.finally(() => held.delete(name)),
    )
    return lasting
  }
  return { names, held, request }
}

/** A store as the library has its own: without `hold`. */
const shared = (tabs = true) => ({ ...openStore(), hold: undefined, tabs })

/** Calls that stay where they are until they are let go: at the request for the price. */
function pauseAtPrice() {
  const calls = []
  globalThis.fetch = () => new Promise((resolve) => calls.push(() => resolve(new Response('', { status: 404 }))))
  return calls
}

let last = 0
/** Each asks for something else under the same id: calls for the same would join before they take turns. */
const buy = (storage, more) =>
  failureOf(crate.submit({ prompt: `boat ${++last}`, id: ID }, { baseUrl: 'https://seller.test', storage, ...more }))

const ticks = async () => {
  for (let round = 0; round < 20; round++) await new Promise(setImmediate)
}
const until = async (condition) => {
  while (!condition()) await new Promise(setImmediate)
}

describe('the calls of a page', TIMEOUT, () => {
  const withoutLocks = {
    'a page that has none': undefined,
    'locks that throw': {
      request() {
        throw new Error('no')
      },
    },
    'locks that reject': { request: () => Promise.reject(new Error('no')) },
    'locks that answer without giving any': { request: async () => {} },
  }
  for (const [name, locks] of Object.entries({ 'Web Locks': openLocks(), ...withoutLocks })) {
    test(`take turns at a purchase, with ${name}`, async () => {
      if (locks) lockBy(locks)
      const calls = pauseAtPrice()
      const storage = shared()
      const [first, second] = [buy(storage), buy(storage)]
      await until(() => calls.length === 1)
      await ticks()
      assert.equal(calls.length, 1, 'the second has to wait')
      calls[0]()
      await first
      await until(() => calls.length === 2)
      calls[1]()
      await second
    })
  }

  test('that abort do not let later ones pass earlier ones', async () => {
    const calls = pauseAtPrice()
    const storage = shared()
    const leaving = new AbortController()
    const first = buy(storage)
    await until(() => calls.length === 1)
    const second = buy(storage, { signal: leaving.signal })
    const third = buy(storage)
    await ticks()
    leaving.abort(new Error('the visitor left'))
    assert.equal((await second).cause.message, 'the visitor left')
    await ticks()
    assert.equal(calls.length, 1)
    calls[0]()
    await first
    await until(() => calls.length === 2)
    calls[1]()
    await third
  })

  test('with stores that other tabs do not see use no Web Lock', async () => {
    const locks = openLocks()
    lockBy(locks)
    const calls = pauseAtPrice()
    const buying = buy(shared(false))
    await until(() => calls.length === 1)
    calls[0]()
    await buying
    assert.deepEqual(locks.names, [])
  })
})

test('the Web Lock of a purchase has the name that old builds use, and is released', TIMEOUT, async () => {
  const locks = openLocks()
  lockBy(locks)
  const calls = pauseAtPrice()
  const buying = buy(shared())
  await until(() => calls.length === 1)
  assert.deepEqual([...locks.held.keys()], [`imagine-x402/${ID}`])
  calls[0]()
  await buying
  await ticks()
  assert.deepEqual([...locks.held.keys()], [])
})

describe("a page's own store", TIMEOUT, () => {
  test('gets `hold` with the signal, and then `release`', async () => {
    const calls = pauseAtPrice()
    const seen = []
    const { signal } = new AbortController()
    const hold = async (id, given) => {
      seen.push([id, given === signal])
      return { release: () => void seen.push('released'), everywhere: true }
    }
    const buying = buy({ ...openStore(), hold }, { signal })
    await until(() => calls.length === 1)
    calls[0]()
    await buying
    await ticks()
    assert.deepEqual(seen, [[ID, true], 'released'])
  })

  test('that grants the hold late gets `release` after the last write', async () => {
    const seen = []
    let give
    const held = new Promise((resolve) => (give = resolve))
    const store = openStore()
    const storage = {
      ...store,
      hold: () => held,
      update: async (...given) => {
        seen.push('update')
        return store.update(...given)
      },
    }
    globalThis.fetch = async () => Response.json({ x402Version: 1, accepts: [OFFER] }, { status: 402 })
    const answers = {
      eth_requestAccounts: ['0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'],
      eth_chainId: '0x2105',
      eth_call: `0x${'f'.repeat(64)}`,
    }
    const asked = []
    const request = async ({ method }) => {
      asked.push(method)
      return answers[method]
    }
    const leaving = new AbortController()
    const options = { baseUrl: 'https://seller.test', wallet: { request }, storage, signal: leaving.signal }
    const buying = failureOf(crate.submit({ prompt: 'a boat' }, options))
    await until(() => asked.includes('eth_call'))
    await ticks()
    leaving.abort()
    await ticks()
    give({ release: () => void seen.push('released'), everywhere: true })
    await buying
    await until(() => seen.includes('released'))
    await ticks()
    assert.deepEqual(seen, ['update', 'update', 'released'])
    assert.equal(store.records.size, 0, 'the intent is withdrawn')
  })

  test('that grants no hold causes an error before any request', async () => {
    const calls = pauseAtPrice()
    const cause = new Error('no hold')
    const failure = await buy({ ...openStore(), hold: () => Promise.reject(cause) })
    assert.deepEqual([failure.code, failure.cause, calls.length], ['unsupported_environment', cause, 0])
  })

  test('whose `release` throws or rejects does no harm', async () => {
    for (const release of [
      () => {
        throw new Error('no')
      },
      () => Promise.reject(new Error('later')),
      undefined,
    ]) {
      const calls = pauseAtPrice()
      const buying = buy({ ...openStore(), hold: async () => ({ release, everywhere: true }) })
      await until(() => calls.length === 1)
      calls[0]()
      assert.ok((await buying).code)
      await ticks()
    }
  })
})
