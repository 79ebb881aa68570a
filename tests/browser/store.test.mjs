// The stores alone, without the library around them.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { bundle } from './bundle.mjs'
import { launchShell } from './chromium.mjs'
import { ROOT } from './package.mjs'
import { contract } from './store-contract.js'

const PAGE = join(ROOT, 'tests', 'browser', 'store-page.js')
const TIMEOUT = { timeout: 60_000 }

const PAGE_URL = 'http://localhost/'

let browser
let script
const profiles = []

before(async () => {
  ;[browser, script] = await Promise.all([launchShell(), bundle(PAGE, { format: 'iife' })])
})
after(() => browser.close())
afterEach(async () => {
  for (const profile of profiles.splice(0)) await profile.close()
})

/** Opens a page with the stores for one test, and returns what plays a function in it; `openTab` opens another one. */
async function open(url, prepare) {
  const profile = await browser.newContext()
  profiles.push(profile)
  return openIn(profile, url, prepare)
}

async function openIn(profile, url = PAGE_URL, prepare = () => {}) {
  const html = { contentType: 'text/html', body: '<!doctype html><title>stores</title>' }
  await profile.route('**/*', (route) => route.fulfill(html))
  await profile.addInitScript(prepare)
  const openTab = async () => {
    const page = await profile.newPage()
    await page.goto(url)
    await page.addScriptTag({ content: script })
    return (work, argument) => page.evaluate(work, argument)
  }
  return Object.assign(await openTab(), { openTab })
}

/** What the page was told of by itself: nothing, whatever a store goes through. */
const heard = (play) => play(() => globalThis.store.heard)

/** The database as it was written by the builds before, with these records. */
const makeVersionOne = (records) =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open('imagine-x402', 1)
    opening.onupgradeneeded = () => {
      const purchases = opening.result.createObjectStore('purchases', { keyPath: 'id' })
      for (const record of records) purchases.put(record)
    }
    opening.onsuccess = () => resolve(opening.result.close())
    opening.onerror = () => reject(opening.error)
  })

const versionOf = async (play) => (await play(() => indexedDB.databases()))[0]?.version

const at = (...times) => times.map((createdAt) => ({ id: `at ${createdAt}`, order: { createdAt } }))

describe('what a store promises', TIMEOUT, () => {
  /** As a page may write one: a class with members that only its own methods see. */
  const ownStore = () => {
    class Own {
      #store = globalThis.store.storeOf('memory')
      async hold() {
        return { release() {}, everywhere: true }
      }
      read(...given) {
        return this.#store.read(...given)
      }
      list(...given) {
        return this.#store.list(...given)
      }
      update(...given) {
        return this.#store.update(...given)
      }
    }
    globalThis.storage = new Own()
  }
  const stores = {
    IndexedDB: { storage: 'indexeddb' },
    'IndexedDB that old builds have made': { storage: 'indexeddb', setUp: makeVersionOne, records: [] },
    memory: { storage: 'memory' },
    "a page's own": { setUp: ownStore },
  }
  for (const [name, { storage, url, setUp, records }] of Object.entries(stores)) {
    describe(name, () => {
      let play
      before(async () => (play = await openIn(await browser.newContext(), url)))
      for (const title of Object.keys(contract)) {
        test(title, async () => {
          await play(() => new Promise((resolve) => (indexedDB.deleteDatabase('imagine-x402').onsuccess = resolve)))
          if (setUp) await play(setUp, records)
          await play(
            async ([title, storage]) => {
              const { store } = globalThis
              const emptied = store.storeOf(storage ?? globalThis.storage)
              for (const { id } of await emptied.list()) await emptied.update(id, undefined, () => undefined)
              await store.play(title, emptied)
            },
            [title, storage],
          )
          assert.deepEqual(await heard(play), [])
        })
      }
    })
  }
})

describe('the option `storage`', TIMEOUT, () => {
  test('takes the two names, the object of a page as it is, and nothing else', async () => {
    const play = await open()
    const found = await play(() => {
      const { storeOf } = globalThis.store
      const names = ['hold', 'read', 'list', 'update']
      const whole = () => Object.fromEntries(names.map((name) => [name, async () => {}]))
      class Own {
        hold() {}
        read() {}
        list() {}
        update() {}
      }
      const bare = Object.assign(Object.create(null), whole())
      const taken = [whole(), new Own(), bare, Object.create(new Own()), new Proxy(new Own(), {})]
      const lacking = names.map((name) => ({ ...whole(), [name]: undefined }))
      const wrong = names.map((name) => ({ ...whole(), [name]: {} }))
      const throwing = Object.defineProperty(whole(), 'list', {
        get() {
          throw new Error('no')
        },
      })
      const refused = [null, '', 'IndexedDB', 7, true, {}, [], whole, Own, throwing, ...lacking, ...wrong]
      const outcomeOf = (storage) => {
        try {
          return storeOf(storage) === storage ? 'taken' : 'another'
        } catch ({ code, paid, message }) {
          return [code, paid, message]
        }
      }
      Object.assign(Object.prototype, whole())
      const polluted = [outcomeOf({}), outcomeOf({ hold() {} }), outcomeOf(new Own())]
      for (const name of names) delete Object.prototype[name]
      return {
        names: [storeOf() === storeOf('indexeddb'), storeOf() === storeOf('memory')],
        taken: taken.map(outcomeOf),
        refused: refused.map(outcomeOf),
        polluted,
      }
    })
    const functions = '`hold`, `read`, `list`, `update`'
    const takes = `\`storage\` takes "indexeddb", "memory", or an object with the functions ${functions}`
    const refusal = ['invalid_request', 'no', takes]
    assert.deepEqual(found.names, [true, false])
    assert.deepEqual(found.taken, Array(5).fill('taken'))
    assert.deepEqual(found.refused, Array(18).fill(refusal))
    assert.deepEqual(found.polluted, [refusal, refusal, 'taken'])
  })
})

describe('the database', TIMEOUT, () => {
  test('is created by the first write, not by reading', async () => {
    const play = await open()
    const seen = await play(async () => {
      const store = globalThis.store.storeOf()
      const listed = [await store.list(), await store.list({ since: 1, limit: 1 })]
      return [await store.read('a'), ...listed, await indexedDB.databases()]
    })
    assert.deepEqual(seen, [undefined, [], [], []])
    await play(() => globalThis.store.storeOf().update('a', undefined, () => ({ id: 'a' })))
    assert.equal(await versionOf(play), 2)
    assert.deepEqual(await heard(play), [])
  })

  test('of an old build is read as it is, and gets its index with the first write', async () => {
    const play = await open()
    const records = [...at(1, 3, 2), { id: 'none' }]
    await play(makeVersionOne, records)
    const lists = () =>
      play(async () => {
        const store = globalThis.store.storeOf()
        const idsOf = (records) => records.map(({ id }) => id)
        return [idsOf(await store.list()), idsOf(await store.list({ since: 2, limit: 2 })), await store.read('at 3')]
      })
    const expected = [['at 3', 'at 2', 'at 1', 'none'], ['at 3', 'at 2'], records[1]]
    assert.deepEqual(await lists(), expected)
    assert.equal(await versionOf(play), 1)
    const seen = await play(async () => {
      let seen
      await globalThis.store.storeOf().update('at 3', 2, (record, recordsSince) => {
        seen = recordsSince
        return record
      })
      return seen
    })
    assert.deepEqual(seen, at(3, 2))
    assert.equal(await versionOf(play), 2)
    assert.deepEqual(await lists(), expected)
  })

  test('of a newer build is read, and not written', async () => {
    const play = await open()
    const { read, listed, message, cause } = await play(async () => {
      const store = globalThis.store.storeOf()
      await store.update('a', undefined, () => ({ id: 'a', order: { createdAt: 1 } }))
      await new Promise((resolve) => {
        const opening = indexedDB.open('imagine-x402', 7)
        const newer = { id: 'b', order: { createdAt: 2 } }
        opening.onupgradeneeded = () => opening.transaction.objectStore('purchases').put(newer)
        opening.onsuccess = () => resolve(opening.result.close())
      })
      const { message, cause } = await globalThis.store.reasonOf(store.update('a', undefined, () => undefined))
      return { read: await store.read('a'), listed: await store.list({ limit: 1 }), message, cause: cause.name }
    })
    assert.deepEqual([read, listed], [{ id: 'a', order: { createdAt: 1 } }, [{ id: 'b', order: { createdAt: 2 } }]])
    assert.match(message, /newer version of this page.*reload/)
    assert.equal(cause, 'VersionError')
    assert.equal(await versionOf(play), 7)
    assert.deepEqual(await heard(play), [])
  })

  test('that was created without purchases counts as empty, and is repaired by the first write', async () => {
    const play = await open()
    const seen = await play(async () => {
      await new Promise((resolve) => {
        const opening = indexedDB.open('imagine-x402')
        opening.onsuccess = () => resolve(opening.result.close())
      })
      const store = globalThis.store.storeOf()
      let closed = 0
      const { close } = IDBDatabase.prototype
      IDBDatabase.prototype.close = function () {
        closed += 1
        close.call(this)
      }
      const before = [await store.read('a'), await store.list(), closed]
      await store.update('a', 0, () => ({ id: 'a' }))
      return [...before, await store.list()]
    })
    assert.deepEqual(seen, [undefined, [], 2, [{ id: 'a' }]])
  })

  test('is closed after each call: another page can delete it, and the next write recreates it', async () => {
    const one = await open()
    const other = await one.openTab()
    const write = () => {
      const increased = (record) => ({ id: 'a', count: (record?.count ?? 0) + 1 })
      return globalThis.store.storeOf().update('a', 0, increased)
    }
    const erase = () =>
      new Promise((resolve, reject) => {
        const deleting = indexedDB.deleteDatabase('imagine-x402')
        deleting.onsuccess = () => resolve('deleted')
        deleting.onblocked = () => reject(new Error('blocked'))
      })
    await one(write)
    await one(write)
    assert.equal(await other(erase), 'deleted')
    assert.equal(await one(() => globalThis.store.storeOf().read('a')), undefined)
    await one(write)
    assert.deepEqual(await one(() => globalThis.store.storeOf().list()), [{ id: 'a', count: 1 }])
    const counts = await one(async () => {
      const store = globalThis.store.storeOf()
      const counts = []
      for (let round = 0; round < 30; round++) {
        const write = store.update('a', 0, (record) => ({ id: 'a', count: (record?.count ?? 0) + 1 }))
        if (round % 10 === 5) {
          await new Promise((resolve) => (indexedDB.deleteDatabase('imagine-x402').onsuccess = resolve))
        }
        await write
        counts.push((await store.read('a'))?.count ?? 0)
      }
      return counts
    })
    assert.ok(counts.at(-1) >= 4, `${counts}`)
  })

  test('is closed after each call, and at once when another version is requested', async () => {
    const play = await open()
    const deeds = await play(async () => {
      const deeds = []
      for (const name of ['transaction', 'close']) {
        const real = IDBDatabase.prototype[name]
        IDBDatabase.prototype[name] = function (...given) {
          deeds.push(name)
          const made = real.apply(this, given)
          made?.addEventListener('complete', () => deeds.push('complete'))
          if (globalThis.isUnwanted && made) this.dispatchEvent(new Event('versionchange'))
          return made
        }
      }
      const store = globalThis.store.storeOf()
      await store.update('a', 0, () => ({ id: 'a' }))
      await store.read('a')
      await globalThis.store.reasonOf(
        store.update('a', 0, () => {
          throw new Error('no')
        }),
      )
      globalThis.isUnwanted = true
      await store.read('a')
      return deeds
    })
    const [call, failed] = [
      ['transaction', 'complete', 'close'],
      ['transaction', 'close'],
    ]
    assert.deepEqual(deeds, [...call, ...call, ...failed, 'transaction', 'close', 'complete', 'close'])
  })

  test('that an old page keeps open is waited for, and nothing hangs or stays open afterwards', async () => {
    const play = await open()
    const old = await play.openTab()
    await play(makeVersionOne, at(1))
    await old(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('imagine-x402', 1)
          opening.onsuccess = () => resolve(void (globalThis.connection = opening.result))
        }),
    )
    const waits = await play(() => {
      const store = globalThis.store.storeOf()
      const put = (id) => store.update(id, 0, () => ({ id, order: { createdAt: 2 } }))
      globalThis.writing = Promise.all([put('b'), store.list({ limit: 9 }), put('c')])
      return globalThis.store.isPending(globalThis.writing, 300)
    })
    assert.equal(waits, true)
    await old(() => globalThis.connection.close())
    assert.deepEqual((await play(() => globalThis.writing))[1].at(-1), at(1)[0])
    assert.deepEqual(await play(async () => (await globalThis.store.storeOf().list()).length), 3)
    assert.equal(
      await old(
        () =>
          new Promise((resolve) => {
            const deleting = indexedDB.deleteDatabase('imagine-x402')
            deleting.onblocked = () => resolve('blocked')
            deleting.onsuccess = () => resolve('deleted')
          }),
      ),
      'deleted',
    )
    assert.deepEqual(await heard(play), [])
  })

  test('gets the durability of each write', async () => {
    const play = await open()
    const durabilities = await play(async () => {
      const seen = []
      const { transaction } = IDBDatabase.prototype
      IDBDatabase.prototype.transaction = function (...given) {
        const made = transaction.apply(this, given)
        if (made.mode === 'readwrite') seen.push(made.durability)
        return made
      }
      const store = globalThis.store.storeOf()
      await store.update('a', undefined, () => ({ id: 'a' }))
      await store.update('a', 0, () => ({ id: 'a' }), 'relaxed')
      await store.update('a', 0, () => undefined, 'strict')
      await store.update('a', undefined, () => undefined)
      return seen
    })
    assert.deepEqual(durabilities, ['strict', 'relaxed', 'strict', 'strict'])
  })

  test('is read no further than a change needs, however many older records it has', async () => {
    const play = await open()
    const { calls, recent } = await play(async () => {
      const store = globalThis.store.storeOf()
      await store.update('a', undefined, () => ({ id: 'a', order: { createdAt: 5_000 } }))
      await new Promise((resolve) => {
        const opening = indexedDB.open('imagine-x402')
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('purchases', 'readwrite')
          const purchases = transaction.objectStore('purchases')
          for (let at = 0; at < 2_000; at++) purchases.put({ id: `old ${at}`, order: { createdAt: at } })
          transaction.oncomplete = () => resolve(opening.result.close())
        }
      })
      const CALLS = ['get', 'getKey', 'getAll', 'getAllKeys', 'openCursor', 'openKeyCursor', 'count', 'put', 'delete']
      const calls = []
      for (const type of [IDBObjectStore, IDBIndex]) {
        for (const name of CALLS) {
          const real = type.prototype[name]
          if (!real) continue
          type.prototype[name] = function (...given) {
            const request = real.apply(this, given)
            const result = () => request.result?.length ?? ''
            request.addEventListener('success', () => calls.push(`${type.name}.${name} ${result()}`.trim()))
            return request
          }
        }
      }
      let recent
      await store.update('a', 1_999, (record, recordsSince) => {
        recent = recordsSince.map(({ id }) => id)
        return record
      })
      await store.list({ limit: 3 })
      return { calls, recent }
    })
    assert.deepEqual(recent, ['a', 'old 1999'])
    assert.deepEqual(calls, ['IDBIndex.getAll 2', 'IDBObjectStore.get', ...Array(4).fill('IDBIndex.openCursor')])
  })
})

describe('a transaction that fails', TIMEOUT, () => {
  /** Lets the first `times` attempts fail, and counts them all. The ways are named as they are seen on devices. */
  const breakStorage = ({ way, name, times }) => {
    const attempts = { opened: 0, failed: 0, prevented: [] }
    globalThis.attempts = attempts
    const isDue = () => attempts.failed < times && Boolean(++attempts.failed)
    const failure = () => new DOMException('it failed', name)
    const { open } = IDBFactory.prototype
    const { transaction } = IDBDatabase.prototype
    const { put } = IDBObjectStore.prototype
    IDBFactory.prototype.open = function (...given) {
      attempts.opened += 1
      if (way === 'open throws' && isDue()) throw failure()
      if (way === 'open fails' && isDue()) {
        const request = new EventTarget()
        Object.defineProperty(request, 'error', { value: failure() })
        setTimeout(() => {
          const event = new Event('error', { cancelable: true })
          request.onerror(event)
          attempts.prevented.push(event.defaultPrevented)
        })
        return request
      }
      return open.apply(this, given)
    }
    IDBDatabase.prototype.transaction = function (...given) {
      if (way === 'the connection is dead' && isDue()) throw failure()
      const made = transaction.apply(this, given)
      this.addEventListener('error', (event) => attempts.prevented.push(event.defaultPrevented))
      if (way === 'it aborts' && isDue()) {
        Object.defineProperty(made, 'error', { value: failure() })
        queueMicrotask(() => made.abort())
      }
      return made
    }
    IDBObjectStore.prototype.put = function (...given) {
      if (way === 'put throws' && isDue()) throw failure()
      if (way === 'put fails' && isDue()) return this.add(...given)
      return put.apply(this, given)
    }
  }

  const change = () => {
    const store = globalThis.store.storeOf()
    const outcome = (promise) =>
      promise.then(
        () => 'done',
        (error) => error?.name,
      )
    return outcome(store.update('a', 0, ({ id, count }) => ({ id, count: count + 1 })))
  }

  const begin = async (broken) => {
    const play = await open()
    await play(() => globalThis.store.storeOf().update('a', 0, () => ({ id: 'a', count: 0 })))
    await play(breakStorage, broken)
    return play
  }

  const mended = [
    ['open throws', 'UnknownError'],
    ['open fails', 'UnknownError'],
    ['open fails', 'AbortError'],
    ['the connection is dead', 'InvalidStateError'],
    ['it aborts', 'UnknownError'],
    ['it aborts', 'AbortError'],
    ['put throws', 'TransactionInactiveError'],
    ['put fails', 'ConstraintError'],
  ]
  for (const [way, name] of mended) {
    test(`${way} (${name}): is retried once on a fresh connection`, async () => {
      const once = await begin({ way, name, times: 1 })
      assert.equal(await once(change), 'done')
      assert.deepEqual(await once(() => globalThis.attempts.opened), 2)
      assert.deepEqual(await once(() => globalThis.store.storeOf().read('a')), { id: 'a', count: 1 })
      assert.deepEqual(await heard(once), [])

      const always = await begin({ way, name, times: Infinity })
      assert.equal(await always(change), name)
      const { failed, prevented } = await always(() => globalThis.attempts)
      assert.equal(failed, 2)
      assert.ok(prevented.every(Boolean), 'errors that bubble are prevented')
      if (way === 'put fails') assert.ok(prevented.length > 0, 'there were some')
      assert.deepEqual(await heard(always), [])
    })
  }

  test('reads are retried once, too', async () => {
    const play = await begin({ way: 'the connection is dead', name: 'InvalidStateError', times: 1 })
    assert.deepEqual(await play(() => globalThis.store.storeOf().read('a')), { id: 'a', count: 0 })
  })

  const lasting = [
    ['put throws', 'QuotaExceededError'],
    ['put throws', 'DataCloneError'],
    ['it aborts', 'QuotaExceededError'],
    ['open fails', 'VersionError'],
  ]
  for (const [way, name] of lasting) {
    test(`${way} (${name}): is not retried`, async () => {
      const play = await begin({ way, name, times: 1 })
      assert.equal(await play(change), name === 'VersionError' ? 'Error' : name)
      assert.equal(await play(() => globalThis.attempts.opened), 1)
      assert.deepEqual(await play(() => globalThis.store.storeOf().read('a')), { id: 'a', count: 0 })
      assert.deepEqual(await heard(play), [])
    })
  }

  test('a record that cannot be stored does not affect others', async () => {
    const play = await begin({ times: 0 })
    const name = await play(async () => {
      const store = globalThis.store.storeOf()
      const { name } = await globalThis.store.reasonOf(store.update('a', 0, (record) => ({ ...record, sign() {} })))
      return name
    })
    assert.equal(name, 'DataCloneError')
    assert.deepEqual(await play(() => globalThis.store.storeOf().list()), [{ id: 'a', count: 0 }])
  })
})
