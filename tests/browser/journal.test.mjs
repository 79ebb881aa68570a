// What the browser remembers of purchases, and what happens where it cannot.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { passTime } from './calls.mjs'
import { SIGN, startStubSeller } from './harness.mjs'
import { accepted, completed } from './stub-seller.mjs'
import { request, submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

/** Notes what is committed and what is paid, in order. */
function watchDeeds() {
  globalThis.deeds = []
  const { transaction } = IDBDatabase.prototype
  IDBDatabase.prototype.transaction = function (...given) {
    const made = transaction.apply(this, given)
    if (made.mode === 'readwrite') made.addEventListener('complete', () => globalThis.deeds.push(made.durability))
    return made
  }
  const { fetch } = globalThis
  globalThis.fetch = (url, init) => {
    if (init?.headers?.['x-payment']) globalThis.deeds.push('sent')
    return fetch(url, init)
  }
}

/** Opens no database until `openStorage()`. */
function holdStorage() {
  const { open } = IDBFactory.prototype
  const held = []
  IDBFactory.prototype.open = function (...given) {
    const request = new EventTarget()
    held.push(() => {
      const opening = open.apply(this, given)
      for (const name of ['result', 'error', 'transaction'])
        Object.defineProperty(request, name, { get: () => opening[name] })
      for (const name of ['onupgradeneeded', 'onsuccess', 'onerror']) opening[name] = (event) => request[name](event)
    })
    return request
  }
  globalThis.openStorage = () => {
    IDBFactory.prototype.open = open
    for (const go of held) go()
  }
}

describe('the journal', TIMEOUT, () => {
  test('is written before the wallet opens', async () => {
    const { dapp, order, stored } = await open()
    dapp.user.answers.eth_signTypedData = 'waits'
    const buying = dapp.value(submit, order())
    await dapp.user.opened('eth_signTypedData')
    const seen = await stored()
    dapp.user.answer('eth_signTypedData', true)
    await buying
    assert.deepEqual(
      seen.map(({ step, paid, payment }) => ({ step, paid, payment })),
      [{ step: 'signing', paid: 'no', payment: undefined }],
    )
  })

  test('has written the purchase when the wallet opens, and has the payment on disk before it is sent', async () => {
    const { dapp, buy, change } = await open()
    await change(watchDeeds)
    dapp.user.answers.eth_signTypedData = 'waits'
    const buying = dapp.value(...buy())
    await dapp.user.opened('eth_signTypedData')
    assert.deepEqual(await dapp.page.evaluate(() => globalThis.deeds), ['relaxed'])
    dapp.user.answer('eth_signTypedData', true)
    await buying
    const deeds = await dapp.page.evaluate(() => globalThis.deeds)
    assert.deepEqual(deeds.slice(0, 4), ['relaxed', 'strict', 'sent', 'strict'])
  })

  test('is opened during the price request; nothing is signed without it, nor written after the call', async () => {
    const { sandbox, dapp, order, change, stored } = await open()
    await change(holdStorage)
    await change(watchDeeds)
    // Right after `confirm` there are only microtasks until the purchase is to be written.
    const leave = (imagine, { request, options }, dapp) => {
      const confirm = () => setTimeout(() => dapp.abort('string')) > 0
      return imagine.submit(request, { ...options, confirm, signal: dapp.controller.signal })
    }
    const { code, paid } = await dapp.failure(leave, order())
    assert.deepEqual([code, paid], ['aborted', 'no'])
    assert.equal(sandbox.requests.filter(({ method }) => method === 'POST').length, 1, 'the price was asked for')
    await dapp.page.evaluate(() => globalThis.openStorage())
    await dapp.page.waitForFunction(() => globalThis.deeds.length > 0)
    assert.deepEqual(await stored(), [])
    assert.equal(await dapp.asked(SIGN), 0)
  })

  test('forgets finished purchases, and keeps those that may be in progress', async () => {
    const { sandbox, dapp, tasks, resume, leaveUnanswered } = await open('paid-500-before')
    await leaveUnanswered()
    const [{ id }] = await tasks()
    const forget = (imagine, id) => imagine.forget(id)
    assert.equal((await dapp.failure(forget, id)).code, 'invalid_request')
    await passTime(sandbox, dapp, 120)
    const { code, paid } = await dapp.failure(...resume())
    assert.deepEqual([code, paid], ['payment_rejected', 'no'])
    await dapp.value(forget, id)
    assert.deepEqual(await tasks(), [])
  })

  test('has a task that `quote` was given without payment', async () => {
    const { dapp, order, tasks, reload } = await open()
    const seller = await startStubSeller()
    try {
      seller.answer({ probe: accepted('free-1'), status: completed })
      const quote = await dapp.value(
        (imagine, { request, options }) => imagine.quote(request, options),
        order({ baseUrl: seller.url }),
      )
      await reload()
      const [{ taskId, step, paid }] = await tasks()
      assert.deepEqual([taskId, step, paid], [quote.accepted.taskId, 'accepted', 'no'])
      const { video, receipt } = await dapp.value((imagine) => imagine.resume('free-1').then((task) => task.wait()))
      assert.ok(video.url)
      assert.equal(receipt, null)
    } finally {
      await seller.stop()
    }
  })
})

describe('a record that cannot be read', TIMEOUT, () => {
  const put = async (record) => {
    const database = await new Promise((resolve) => {
      const opening = indexedDB.open('imagine-x402')
      opening.onsuccess = () => resolve(opening.result)
    })
    const transaction = database.transaction('purchases', 'readwrite')
    transaction.objectStore('purchases').put(record)
    await new Promise((resolve) => {
      transaction.oncomplete = resolve
    })
    database.close()
  }
  const newer = {
    id: 'odd',
    step: 'settling',
    order: { version: 9, createdAt: Date.now() + 60_000, price: { atomic: '400000' } },
  }

  for (const [what, record] of Object.entries({
    'without an order': { id: 'odd', step: 'accepted', taskId: 'x' },
    'whose order is null': { id: 'odd', step: 'signed', order: null },
    'of a newer version': newer,
  })) {
    test(`${what}: does not affect others, and can be forgotten`, async () => {
      const { sandbox, dapp, order, tasks, resume, reload } = await open()
      await dapp.value(submit, order())
      await dapp.page.evaluate(put, record)
      await reload()
      const listed = await tasks()
      assert.deepEqual(listed.map(({ step }) => step).sort(), ['accepted', 'unreadable'])
      assert.ok((await dapp.value(...resume())).video.url, 'the other is taken up')
      await dapp.value(submit, order({ budget: { amount: '9.00', per: 'day' } }))
      assert.equal((await sandbox.payments()).length, 2)
      const { code, paid, retry, message, details } = await dapp.failure((imagine) => imagine.resume('odd'))
      assert.deepEqual([code, paid, retry, details.id], ['unsupported_environment', 'unknown', 'resume', 'odd'])
      assert.match(message, /forget\(id\)/)
      assert.equal((await dapp.failure(submit, order({}, { ...request, id: 'odd' }))).code, 'unsupported_environment')
      await dapp.value((imagine) => imagine.forget('odd'))
      assert.deepEqual((await tasks()).map(({ step }) => step).sort(), ['accepted', 'done'])
    })
  }

  test('counts in a budget with the price that it states, even after it is forgotten', async () => {
    const { dapp, order } = await open()
    await dapp.value(submit, order({}))
    await dapp.page.evaluate(put, newer)
    const spent = (imagine) => imagine.budget({ budget: { amount: '5.00', per: 'day' } })
    assert.equal((await dapp.value(spent)).spent, '1.40')
    await dapp.value((imagine) => imagine.forget('odd'))
    assert.equal((await dapp.value(spent)).spent, '1.40')
  })
})

describe('without a working storage', TIMEOUT, () => {
  const blocked = () =>
    Object.defineProperty(globalThis, 'indexedDB', {
      value: {
        open() {
          throw new DOMException('blocked', 'SecurityError')
        },
      },
    })
  const silent = () => Object.defineProperty(globalThis, 'indexedDB', { value: { open: () => ({}) } })

  test('nothing is bought, unless the caller opts out of storage', async () => {
    const { sandbox, dapp, buy, change, assertPaid } = await open()
    await change(blocked)
    const { code, paid, cause } = await dapp.failure(...buy())
    assert.deepEqual([code, paid, cause.name], ['unsupported_environment', 'no', 'SecurityError'])
    assert.equal(await dapp.asked(SIGN), 0)
    const { taskId } = await dapp.value(...buy({ storage: 'memory' }))
    assert.ok(sandbox.tasks.has(taskId))
    await assertPaid(1)
  })

  for (const [how, script] of Object.entries({ blocked, silent })) {
    test(`${how}: the error does not claim that nothing was paid`, async () => {
      const { dapp, resume, change } = await open()
      await change(script)
      const calls = {
        tasks: [(imagine) => imagine.tasks()],
        forget: [(imagine) => imagine.forget('x')],
        resume: resume(),
      }
      const failures = await Promise.all(Object.values(calls).map((call) => dapp.failure(...call)))
      for (const { code, paid, retry, branded } of failures) {
        assert.deepEqual([code, paid, retry, branded], ['unsupported_environment', 'unknown', 'resume', true])
      }
    })
  }

  test('a storage that does not respond does not block a purchase forever', async () => {
    const { dapp, buy, change } = await open()
    await change(silent)
    const { code, paid } = await dapp.failure(...buy())
    assert.deepEqual([code, paid], ['unsupported_environment', 'no'])
    const resuming = dapp.failure(
      (imagine, options, dapp) => imagine.resume(undefined, { ...options, signal: dapp.controller.signal }),
      {},
    )
    await dapp.abort('string')
    const left = await resuming
    assert.deepEqual([left.code, left.paid, left.retry], ['aborted', 'unknown', 'resume'])
  })
})
