// A page whose own store, clock or timers do not do what they promise: nothing is paid twice, no budget is passed over, and
// every call ends.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN } from './harness.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 120_000 }
const open = useWorlds()

/** In the page: makes a store in memory, whose functions `over` replaces. */
const makeStores = () => {
  globalThis.storeWith = (over) => {
    const records = new Map()
    const list = async ({ since = 0 } = {}) => [...records.values()].filter(({ order }) => order.createdAt >= since)
    const update = async (id, since, change) => {
      const record = change(records.get(id), since === undefined ? [] : await list({ since }))
      if (record) records.set(id, record)
      else records.delete(id)
      return record
    }
    const hold = async () => ({ release() {}, everywhere: true })
    return { records, hold, read: async (id) => records.get(id), list, update, ...over({ records, update }) }
  }
  globalThis.told = ({ code, paid, retry, message }) => ({ code, paid, retry, message })
}

async function openWithStores() {
  const world = await open()
  await world.change(makeStores)
  return world
}

describe('a store of the page’s own', TIMEOUT, () => {
  test('that writes the payment and reports a failure is read again: one payment', async () => {
    const { dapp, order, assertPaid } = await openWithStores()
    const task = await dapp.value(async (imagine, { request, options }) => {
      let failures = 0
      const storage = storeWith(({ update }) => ({
        update: async (...given) => {
          const record = await update(...given)
          if (record?.step === 'signed' && failures++ === 0) throw new Error('the answer was lost')
        },
      }))
      return (await imagine.submit(request, { ...options, storage })).taskId
    }, order())
    assert.ok(task)
    await assertPaid(1)
  })

  test('that does not write the payment keeps it from being sent', async () => {
    const { dapp, order, sandbox } = await openWithStores()
    const error = await dapp.value(async (imagine, { request, options }) => {
      const storage = storeWith(({ records, update }) => ({
        update: async (id, since, change) => {
          const before = records.get(id)
          await update(id, since, change)
          if (records.get(id)?.step !== 'signed') return
          records.set(id, before)
          throw new Error('nothing was written')
        },
      }))
      return imagine.submit(request, { ...options, storage }).then(() => 'paid', told)
    }, order())
    assert.equal(error.code, 'unsupported_environment')
    assert.equal(error.paid, 'no')
    assert.equal(await dapp.asked(SIGN), 1)
    assert.deepEqual(await sandbox.payments(), [])
  })

  test('that removes the payment from the record it was given keeps it from being sent', async () => {
    const { dapp, order, sandbox } = await openWithStores()
    const error = await dapp.value(async (imagine, { request, options }) => {
      const storage = storeWith(({ records, update }) => ({
        update: async (id, since, change) => {
          const before = { ...records.get(id) }
          const put = await update(id, since, change)
          if (put?.step !== 'signed') return
          for (const name of Object.keys(put)) delete put[name]
          Object.assign(put, before)
          throw new Error('nothing was written')
        },
      }))
      return imagine.submit(request, { ...options, storage }).then(() => 'paid', told)
    }, order())
    assert.equal(error.code, 'unsupported_environment')
    assert.equal(error.paid, 'no')
    assert.deepEqual(await sandbox.payments(), [])
  })

  test('that calls the change again with an old record is read again: one payment', async () => {
    const { dapp, order, assertPaid } = await openWithStores()
    const task = await dapp.value(async (imagine, { request, options }) => {
      const storage = storeWith(({ update }) => ({
        update: async (id, since, change) => {
          await update(id, since, change)
          change(undefined, since === undefined ? undefined : [])
        },
      }))
      return (await imagine.submit(request, { ...options, storage })).taskId
    }, order())
    assert.ok(task)
    await assertPaid(1)
  })

  test('that returns another purchase than requested: nothing is written or paid', async () => {
    const { dapp, order, sandbox } = await openWithStores()
    const error = await dapp.value(async (imagine, { request, options }) => {
      const other = { id: 'other', step: 'signing', order: { version: 2, createdAt: Date.now() } }
      const storage = storeWith(({ records }) => ({
        update: async (id, _, change) => void records.set(id, change(other, [])),
      }))
      return imagine.submit(request, { ...options, storage }).then(() => 'paid', told)
    }, order())
    assert.equal(error.code, 'unsupported_environment')
    assert.equal(error.paid, 'no')
    assert.equal(await dapp.asked(SIGN), 0)
    assert.deepEqual(await sandbox.payments(), [])
  })

  const FORGETFUL = {
    'gives a change no purchases of the period': ({ records }) => ({
      update: async (id, _, change) => void records.set(id, change(records.get(id))),
    }),
    'gives a change purchases in no list': ({ records }) => ({
      update: async (id, _, change) => void records.set(id, change(records.get(id), records.values())),
    }),
  }
  for (const [how, over] of Object.entries(FORGETFUL)) {
    test(`that ${how} spends nothing of a budget`, async () => {
      const { dapp, order, sandbox } = await openWithStores()
      const error = await dapp.value(
        async (imagine, { request, options, over }) => {
          const storage = storeWith(globalThis.eval(`(${over})`))
          const budget = { amount: '1.50', per: 'day' }
          return imagine.submit(request, { ...options, storage, budget }).then(() => 'paid', told)
        },
        { ...order(), over: over.toString() },
      )
      assert.equal(error.code, 'unsupported_environment')
      assert.equal(error.paid, 'no')
      assert.equal(await dapp.asked(SIGN), 0)
      assert.deepEqual(await sandbox.payments(), [])
    })
  }

  test('whose list is not a list causes an error instead of an empty result', async () => {
    const { dapp, order } = await openWithStores()
    const errors = await dapp.value(async (imagine, { options }) => {
      const client = imagine.createClient({
        storage: storeWith(({ records }) => ({ list: async () => records.values() })),
        budget: { amount: '1.50', per: 'day' },
      })
      const calls = [client.tasks(), client.resume(undefined, options), client.budget()]
      return Promise.all(calls.map((call) => call.then(() => 'nothing', told)))
    }, order())
    assert.deepEqual(
      errors.map(({ code }) => code),
      Array(3).fill('unsupported_environment'),
    )
  })
})

describe('a page', TIMEOUT, () => {
  test('whose timers fail after the payment was sent gets an error, and the payment is sent once', async () => {
    const { dapp, order, sandbox } = await open('paid-500-after')
    const { error, sent } = await dapp.value(async (imagine, { request, options }) => {
      const { setTimeout, fetch } = globalThis
      let sent = 0
      globalThis.fetch = (url, init) => {
        if (init?.headers?.['x-payment']) sent += 1
        return fetch(url, init)
      }
      const onEvent = ({ type }) => {
        if (type !== 'paying') return
        globalThis.setTimeout = () => {
          throw new TypeError('not for you')
        }
      }
      const call = imagine.submit(request, { ...options, onEvent })
      const outcome = await call.then(
        ({ taskId }) => ({ taskId }),
        ({ code, paid, retry }) => ({ error: { code, paid, retry } }),
      )
      globalThis.setTimeout = setTimeout
      return { ...outcome, sent }
    }, order())
    assert.deepEqual(error, { code: 'payment_unknown', paid: 'unknown', retry: 'resume' })
    assert.equal(sent, 1)
    const found = await dapp.value(
      async (imagine, { options }) => (await imagine.resume(undefined, options)).taskId,
      order(),
    )
    assert.ok(found)
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('whose `Date.now` throws can still wait, list and forget', async () => {
    const { dapp, order } = await open()
    const seen = await dapp.value(async (imagine, { request, options }) => {
      const task = await imagine.submit(request, options)
      Date.now = () => {
        throw new TypeError('no time')
      }
      const { video } = await task.wait()
      await imagine.forget('of nobody')
      return { url: video.url, tasks: (await imagine.tasks()).length }
    }, order())
    assert.ok(seen.url)
    assert.equal(seen.tasks, 1)
  })

  test('whose Web Locks do not respond polls anyway', async () => {
    const { dapp, order } = await open()
    const url = await dapp.value(async (imagine, { request, options }) => {
      const task = await imagine.submit(request, options)
      navigator.locks.request = () => new Promise(() => {})
      return (await task.wait()).video.url
    }, order())
    assert.ok(url)
  })
})

test('a free task does not change a purchase with the same id', TIMEOUT, async () => {
  const { dapp, order, sandbox, assertPaid } = await open()
  const seen = await dapp.value(async (imagine, { request, options }) => {
    const given = { ...request, id: 'order-A' }
    await imagine.submit(given, options)
    const { fetch } = globalThis
    globalThis.fetch = async (url, init) => {
      const body = (status, answer) => new Response(JSON.stringify(answer), { status })
      if (String(url).endsWith('/generation/create')) return body(202, { taskId: 'free-1' })
      if (String(url).endsWith('/free-1/status')) return body(200, { status: 'completed', result: {} })
      return fetch(url, init)
    }
    const quote = await imagine.quote(given, options)
    await imagine.generate(quote, options)
    return { paid: quote.accepted.paid, record: (await imagine.tasks())[0] }
  }, order())
  assert.equal(seen.paid, 'no')
  assert.equal(seen.record.paid, 'yes')
  assert.ok(seen.record.receipt)
  assert.notEqual(seen.record.taskId, 'free-1')
  assert.ok(sandbox.tasks.has(seen.record.taskId))
  await assertPaid(1)
})
