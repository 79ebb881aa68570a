// Purchases whose storage fails, vanishes or belongs to the page.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { SIGN } from './harness.mjs'
import { request, submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const PROMPT = 'eth_signTypedData'
const open = useWorlds()
const named = { ...request, id: 'order-9' }

const paidRequests = ({ requests }) => new Set(requests.filter(({ paid }) => paid).map(({ payment }) => payment)).size

/** Makes writing records of one step fail, or the first `times`; with `transaction`, when the transaction ends. */
function breakWrites({ step, name, times = Infinity, transaction = false }) {
  let left = times
  const failure = () => new DOMException('it failed', name)
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (record) {
    if (record.step !== step || left <= 0) return put.call(this, record)
    left -= 1
    if (!transaction) throw failure()
    const { transaction: broken } = this
    Object.defineProperty(broken, 'error', { value: failure() })
    setTimeout(() => broken.abort())
    return put.call(this, record)
  }
  globalThis.mendWrites = () => (left = 0)
}

/** Begins a purchase, which waits at the wallet's prompt for `answer`. */
async function atPrompt({ dapp, order }, call = dapp.run) {
  dapp.user.answers[PROMPT] = 'waits'
  const buying = call(submit, order({}, named))
  await dapp.user.opened(PROMPT)
  return {
    async answer() {
      delete dapp.user.answers[PROMPT]
      dapp.user.answer(PROMPT, true)
      return buying
    },
  }
}

describe('a full disk', TIMEOUT, () => {
  test('before the wallet opens: nothing is bought', async () => {
    const { sandbox, dapp, order, change, tasks } = await open()
    await change(breakWrites, { step: 'signing', name: 'QuotaExceededError' })
    const { code, paid, cause } = await dapp.failure(submit, order())
    assert.deepEqual([code, paid, cause.name], ['unsupported_environment', 'no', 'QuotaExceededError'])
    assert.equal(await dapp.asked(SIGN), 0)
    assert.equal(paidRequests(sandbox), 0)
    assert.deepEqual(await tasks(), [])
  })

  test('after the visitor has signed: nothing is sent, and it can be bought later', async () => {
    const { sandbox, dapp, order, change, tasks } = await open()
    await change(breakWrites, { step: 'signed', name: 'QuotaExceededError', transaction: true })
    const { code, paid, cause } = await dapp.failure(submit, order({}, named))
    assert.deepEqual([code, paid, cause.name], ['unsupported_environment', 'no', 'QuotaExceededError'])
    assert.equal(paidRequests(sandbox), 0)
    assert.deepEqual(await tasks(), [])
    await dapp.page.evaluate(() => globalThis.mendWrites())
    await dapp.value(submit, order({}, named))
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('after the payment: the video arrives, and the next write repairs the record', async () => {
    const { dapp, buy, change, stored, assertPaid } = await open()
    await change(breakWrites, { step: 'accepted', name: 'QuotaExceededError' })
    const { taskId } = await dapp.value(...buy())
    await assertPaid(1)
    await dapp.page.waitForFunction(readUntilDone)
    const [{ step, paid, taskId: known, payment, receipt }] = await stored()
    assert.deepEqual([step, paid, known], ['done', 'yes', taskId])
    assert.equal(payment?.header, undefined, 'nothing is left that could be sent again')
    assert.ok(receipt, 'the receipt is not lost')
  })
})

/** Whether the first record has come to its end. */
const readUntilDone = () =>
  new Promise((resolve) => {
    const opening = indexedDB.open('imagine-x402')
    opening.onsuccess = () => {
      const all = opening.result.transaction('purchases').objectStore('purchases').getAll()
      all.onsuccess = () => resolve(all.result[0]?.step === 'done')
      opening.result.close()
    }
  })

describe('a dead database connection', TIMEOUT, () => {
  test('is reopened when the visitor comes back from the wallet: one signature, one payment', async () => {
    const { dapp, buy, change, stored, assertPaid } = await open()
    await change(breakWrites, { step: 'signed', name: 'UnknownError', times: 1, transaction: true })
    const heard = await dapp.page.evaluateHandle(() => {
      const heard = []
      for (const type of ['error', 'unhandledrejection']) addEventListener(type, ({ message }) => heard.push(message))
      return heard
    })
    const { taskId } = await dapp.value(...buy())
    await assertPaid(1)
    assert.equal((await stored())[0].taskId, taskId)
    assert.deepEqual(await heard.jsonValue(), [])
  })
})

describe('a database deleted by the visitor', TIMEOUT, () => {
  const erase = ({ page }) =>
    page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const deleting = indexedDB.deleteDatabase('imagine-x402')
          deleting.onsuccess = () => resolve()
          deleting.onblocked = () => reject(new Error('blocked'))
        }),
    )

  test('during the prompt: the signature is not sent, and the next call buys', async () => {
    const world = await open()
    const { sandbox, dapp, order, openTab } = world
    const other = await openTab()
    const { answer } = await atPrompt(world)
    await erase(other)
    const { error } = await answer()
    assert.deepEqual([error.paid, error.branded], ['no', true])
    assert.equal(paidRequests(sandbox), 0)
    await dapp.value(submit, order({}, named))
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('after the payment was sent: the video arrives, paid once', async () => {
    const { dapp, buy, openTab, assertPaid } = await open('paid-500-after')
    const other = await openTab()
    const buying = dapp.value(...buy())
    await dapp.untilEvent('payment_unknown')
    await erase(other)
    assert.ok((await buying).video.url)
    await assertPaid(1)
  })
})

describe('an old page that keeps the database open', TIMEOUT, () => {
  test('is waited for: nothing is signed before it closes it, and then one purchase is made', async () => {
    const { sandbox, dapp, order, openTab, assertPaid } = await open()
    const old = await openTab()
    await old.page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('imagine-x402', 1)
          opening.onupgradeneeded = () => opening.result.createObjectStore('purchases', { keyPath: 'id' })
          opening.onsuccess = () => resolve(void (globalThis.connection = opening.result))
        }),
    )
    const buying = dapp.value(submit, order())
    while (!sandbox.requests.some(({ method }) => method === 'POST')) await pause(50)
    await pause(1_000)
    assert.equal(await dapp.asked(SIGN), 0)
    await old.page.evaluate(() => globalThis.connection.close())
    assert.ok((await buying).taskId)
    await assertPaid(1)
  })
})

describe('two tabs with the same purchase', TIMEOUT, () => {
  const forget = (imagine, id) => imagine.forget(id)
  const steal = () => navigator.locks.request('imagine-x402/order-9', { steal: true }, () => {})
  const ways = {
    'without Web Locks, of which the other forgets it': {
      script: () => delete Navigator.prototype.locks,
      takeOver: (other) => other.value(forget, named.id),
    },
    'of which the other steals the Web Lock': { script: () => {}, takeOver: ({ page }) => page.evaluate(steal) },
  }
  for (const [name, { script, takeOver }] of Object.entries(ways)) {
    test(`${name} at the first one's prompt and buys: one payment, the same task for both`, async () => {
      const world = await open()
      const { sandbox, dapp, order, change, openTab } = world
      await change(script)
      const other = await openTab()
      const { answer } = await atPrompt(world)
      await takeOver(other)
      const bought = await other.value(submit, order({}, named))
      const { value, error } = await answer()
      assert.ok(value?.taskId === bought.taskId || error?.paid !== 'no', JSON.stringify(value ?? error))
      assert.equal(paidRequests(sandbox), 1)
      assert.deepEqual(await dapp.value(submit, order({}, named)), bought)
      assert.equal((await sandbox.payments()).length, 1)
    })

    test(`${name} and is at its own prompt when the first signs: one payment, the other's`, async () => {
      const world = await open()
      const { sandbox, change, openTab, order } = world
      await change(script)
      const other = await openTab()
      const { answer } = await atPrompt(world)
      await takeOver(other)
      const there = await atPrompt({ dapp: other, order })
      const { error } = await answer()
      assert.ok(error, 'the first has lost the purchase')
      assert.equal(paidRequests(sandbox), 0)
      const { value } = await there.answer()
      assert.ok(value.taskId)
      assert.equal(paidRequests(sandbox), 1)
      assert.equal((await sandbox.payments()).length, 1)
    })
  }
})

describe('two tabs of a browser without Web Locks', TIMEOUT, () => {
  test('that start the same purchase at the same time: one payment', async () => {
    const { sandbox, dapp, order, change, openTab } = await open()
    await change(() => delete Navigator.prototype.locks)
    const tabs = [dapp, await openTab()]
    const outcomes = await Promise.all(tabs.map((tab) => tab.run(submit, order({}, named))))
    assert.ok(
      outcomes.some(({ value }) => value?.taskId),
      JSON.stringify(outcomes),
    )
    for (const { error } of outcomes) if (error) assert.notEqual(error.paid, 'no')
    assert.equal(paidRequests(sandbox), 1)
    assert.equal((await sandbox.payments()).length, 1)
    const known = await Promise.all(tabs.map((tab) => tab.value(submit, order({}, named))))
    assert.equal(known[0].taskId, known[1].taskId)
  })
})

describe("a page's own store", TIMEOUT, () => {
  /** Keeps its records in members that only its own methods see. */
  const makeStore = () => {
    class Own {
      #records = new Map()
      #writes = Promise.resolve()
      calls = []
      async hold(id) {
        this.calls.push(`hold ${id}`)
        return { release: () => void this.calls.push(`release ${id}`), everywhere: true }
      }
      async read(id) {
        return this.#records.get(id)
      }
      async list({ since = -Infinity, limit } = {}) {
        const all = [...this.#records.values()].filter(({ order }) => !(order?.createdAt < since))
        return all.sort((a, b) => b.order?.createdAt - a.order?.createdAt).slice(0, limit)
      }
      update(id, since, change) {
        const write = async () => {
          if (this.failure) throw this.failure
          const record = change(this.#records.get(id), since === undefined ? [] : await this.list({ since }))
          if (record) this.#records.set(id, record)
          else this.#records.delete(id)
          this.calls.push(record?.step ?? 'removed')
        }
        this.#writes = this.#writes.catch(() => {}).then(write)
        return this.#writes
      }
      async remove(id) {
        this.#records.delete(id)
      }
    }
    globalThis.own = new Own()
  }

  test('stores the purchase instead of the browser, from the prompt to the end', async () => {
    const { sandbox, dapp, order, change } = await open()
    await change(makeStore)
    const { bought, listed, resumed, calls, databases } = await dapp.value(async (imagine, { request, options }) => {
      const { own } = globalThis
      const client = imagine.createClient({ storage: own, budget: { amount: '5.00', per: 'day' } })
      const { id, taskId } = await client.submit(request, options)
      const resumed = await client.resume(undefined, options)
      await resumed.wait()
      while (!own.calls.includes('done')) await new Promise((resolve) => setTimeout(resolve, 20))
      const listed = await client.tasks()
      const databases = await indexedDB.databases()
      return { bought: { id, taskId }, listed, resumed: resumed.taskId, calls: own.calls, databases }
    }, order())
    const [{ id, taskId, step, paid }] = listed
    assert.deepEqual([{ id, taskId }, step, paid, listed.length], [bought, 'done', 'yes', 1])
    assert.equal(resumed, bought.taskId)
    const steps = calls.filter((call, at) => !call.includes(' ') && call !== calls[at - 1])
    assert.deepEqual(steps.slice(0, 3), ['signing', 'signed', 'accepted'])
    const count = (what) => calls.filter((call) => call.startsWith(what)).length
    assert.equal(count('hold'), count('release'))
    assert.deepEqual(databases, [])
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('that fails prevents the signature, and its own error is the cause', async () => {
    const { dapp, order, change } = await open()
    await change(makeStore)
    const seen = await dapp.value(async (imagine, { request, options }) => {
      const { own } = globalThis
      own.failure = new Error('the server is away')
      const error = await imagine.submit(request, { ...options, storage: own }).catch((error) => error)
      return [error.code, error.paid, error.cause === own.failure]
    }, order())
    assert.deepEqual(seen, ['unsupported_environment', 'no', true])
    assert.equal(await dapp.asked(SIGN), 0)
  })
})
