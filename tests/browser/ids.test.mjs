// What a purchase is called: by the page, by the service, and by the quote that it was bought with.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, generate, status } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { PNG } from './pictures.mjs'
import { openDapp, openSandbox, openSeller } from './stage.mjs'
import { accepted, completed } from './stub-seller.mjs'
import { request, submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const open = useWorlds()

describe('an id chosen by the page', TIMEOUT, () => {
  const named = { ...request, id: 'job-8' }

  test('is sent as a UUID, by which a lost task is found', async () => {
    const { sandbox, dapp, order, tasks } = await open('paid-500-after')
    const { id, taskId } = await dapp.value(submit, order({}, named))
    assert.equal(id, 'job-8')
    assert.match(taskId, UUID)
    assert.ok(sandbox.tasks.has(taskId))
    assert.deepEqual(
      (await tasks()).map((record) => [record.id, record.taskId]),
      [['job-8', taskId]],
    )
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('finds the task in `status`, `resume` and `forget`', async () => {
    const { sandbox, dapp, order, tasks } = await open()
    const { taskId } = await dapp.value(submit, order({}, named))
    for (const id of ['job-8', taskId]) {
      const { taskId: looked } = await dapp.value(status, { taskId: id, options: { baseUrl: sandbox.apiUrl } })
      assert.equal(looked, taskId)
      assert.equal(await dapp.value((imagine, id) => imagine.resume(id).then((task) => task.id), id), 'job-8')
    }
    await dapp.value((imagine, id) => imagine.forget(id), 'job-8')
    assert.deepEqual(await tasks(), [])
  })

  test('takes precedence over a task with the same id', async () => {
    await openSandbox()
    const seller = await openSeller({ paid: [accepted('B'), accepted('A')] })
    const dapp = await openDapp()
    const ids = await dapp.value(
      async (imagine, { request, options }) => {
        await imagine.submit({ ...request, id: 'A' }, options)
        await imagine.submit({ ...request, id: 'C' }, options)
        return Promise.all(['A', 'B', 'C'].map((id) => imagine.resume(id).then((task) => [task.id, task.taskId])))
      },
      { request, options: at(seller.url) },
    )
    assert.deepEqual(ids, [
      ['A', 'B'],
      ['A', 'B'],
      ['C', 'A'],
    ])
  })

  test('is not reported as unpaid before it was looked up', async () => {
    const { dapp, order } = await open()
    const failures = await dapp.value(
      async (imagine, { request, options, picture }) => {
        const image = new Blob([new Uint8Array(picture)])
        const leave = (request) => {
          const leaving = new AbortController()
          const call = imagine.submit({ ...request, image }, { ...options, signal: leaving.signal })
          leaving.abort()
          return call.catch(({ code, paid, retry }) => [code, paid, retry])
        }
        return [await leave(request), await leave({ ...request, id: 'job-8' })]
      },
      { ...order(), picture: PNG },
    )
    assert.deepEqual(failures, [
      ['aborted', 'no', 'safe'],
      ['aborted', 'unknown', 'resume'],
    ])
  })

  test('is not reported as unpaid if the WebAssembly does not load', async () => {
    const { dapp, order, change } = await open()
    await change(() => {
      WebAssembly.instantiate = () => Promise.reject(new Error('no'))
    })
    for (const [about, paid, retry] of [
      [request, 'no', 'safe'],
      [named, 'unknown', 'resume'],
    ]) {
      const error = await dapp.failure(submit, order({}, about))
      assert.deepEqual([error.code, error.paid, error.retry], ['unsupported_environment', paid, retry])
    }
  })

  test('ends with its generation, and the error says how to buy again', async () => {
    const { sandbox, dapp, buy } = await open()
    sandbox.answer('failed-500')
    assert.equal((await dapp.failure(...buy({}, named))).code, 'generation_failed')
    const { code, paid, retry, message, taskId } = await dapp.failure(...buy({}, named))
    assert.deepEqual([code, paid, retry], ['generation_failed', 'yes', 'pays_again'])
    assert.match(message, /another `id`/)
    assert.ok(sandbox.tasks.has(taskId))
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('of a payment in progress cannot be forgotten, and the error does not claim that nothing was paid', async () => {
    const { dapp, leaveUnanswered, tasks } = await open('paid-500-before')
    await leaveUnanswered()
    const [{ id }] = await tasks()
    const { code, paid, retry } = await dapp.failure((imagine, id) => imagine.forget(id), id)
    assert.deepEqual([code, paid, retry], ['invalid_request', 'unknown', 'resume'])
  })
})

describe('a quote', TIMEOUT, () => {
  test('whose generation failed buys again, once', async () => {
    const { sandbox, dapp, order } = await open()
    sandbox.answer('failed-500')
    const failed = await dapp.failure(async (imagine, { request, options }, dapp) => {
      dapp.quote = await imagine.quote(request, options)
      return imagine.generate(dapp.quote, options)
    }, order())
    assert.equal(failed.code, 'generation_failed')
    sandbox.answer(null)
    const again = (imagine, { options }, dapp) =>
      imagine.submit(dapp.quote, options).then(({ id, taskId }) => ({ id, taskId }))
    const bought = await dapp.value(again, order())
    assert.notEqual(bought.taskId, failed.taskId)
    assert.deepEqual(await dapp.value(again, order()), bought, 'from now on it stands for that')
    assert.equal((await sandbox.payments()).length, 2)
  })

  const pay = async (imagine, { request, options, abort }) => {
    const quote = await imagine.quote(request, options)
    const signal = abort ? AbortSignal.abort() : new AbortController().signal
    return imagine.generate(quote, { ...options, signal })
  }

  test('that was not paid is certainly unpaid if the storage is blocked or the call aborted', async () => {
    const { dapp, order, change } = await open()
    const aborted = await dapp.failure(pay, { ...order(), abort: true })
    assert.deepEqual([aborted.code, aborted.paid, aborted.retry], ['aborted', 'no', 'safe'])
    await change(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('blocked', 'SecurityError')
      }
    })
    const blocked = await dapp.failure(pay, order())
    assert.deepEqual([blocked.code, blocked.paid, blocked.retry], ['unsupported_environment', 'no', 'safe'])
    const retried = await dapp.failure(pay, { ...order(), abort: true })
    assert.deepEqual([retried.paid, retried.retry], ['no', 'safe'])
    assert.equal(await dapp.asked(SIGN), 0)
  })

  test('that was stored by the page, or was paid, is not treated as fresh', async () => {
    const { dapp, order, reload } = await open()
    const quote = await dapp.value((imagine, { request, options }) => imagine.quote(request, options), order())
    const leave = (imagine, { quote, options }) => imagine.submit(quote, { ...options, signal: AbortSignal.abort() })
    assert.equal((await dapp.failure(leave, { ...order(), quote })).paid, 'no')
    const { taskId } = await dapp.value(submit, { ...order(), request: quote })
    assert.equal((await dapp.failure(leave, { ...order(), quote })).paid, 'unknown', 'paid')
    await reload()
    assert.equal((await dapp.failure(leave, { ...order(), quote })).paid, 'unknown', 'from storage')
    assert.equal((await dapp.value(submit, { ...order(), request: quote })).taskId, taskId)
  })

  test('that another tab paid is not paid again', async () => {
    const { sandbox, dapp, order, openTab } = await open()
    const other = await openTab()
    const quote = await dapp.value((imagine, { request, options }) => imagine.quote(request, options), order())
    const bought = await other.value(submit, { ...order(), request: quote })
    assert.deepEqual(await dapp.value(submit, { ...order(), request: quote }), bought)
    assert.equal(await dapp.asked(SIGN), 0)
    assert.equal((await sandbox.payments()).length, 1)
  })
})

describe('a task', TIMEOUT, () => {
  for (const taskId of ['_xK3', 'a/b?c#d%e', '任务-1']) {
    test(`may be called \`${taskId}\``, async () => {
      await openSandbox()
      const seller = await openSeller({ paid: accepted(taskId), status: completed })
      const dapp = await openDapp()
      const bought = await dapp.value(generate, { request, options: at(seller.url) })
      assert.equal(bought.taskId, taskId)
      const looks = seller.requests.filter(({ method }) => method === 'GET')
      assert.deepEqual(
        [...new Set(looks.map(({ path }) => path))],
        [`/generation/${encodeURIComponent(taskId)}/status`],
      )
      assert.equal((await dapp.value(status, { taskId, options: { baseUrl: seller.url } })).status, 'completed')
      assert.equal(await dapp.value((imagine, id) => imagine.resume(id).then((task) => task.taskId), taskId), taskId)
    })
  }

  test('whose id would lead to another place stays at its own', async () => {
    await openSandbox()
    for (const taskId of ['../../admin', '%2e%2e', '..\\..\\x', '?x=1#y', '//example.org/']) {
      const seller = await openSeller({ paid: accepted(taskId), status: completed })
      const dapp = await openDapp()
      await dapp.value(generate, { request, options: at(seller.url) })
      const paths = seller.requests.filter(({ method }) => method === 'GET').map(({ path }) => path)
      assert.deepEqual([...new Set(paths)], [`/generation/${encodeURIComponent(taskId)}/status`])
    }
  })
})

describe('on a page without `crypto.subtle`', TIMEOUT, () => {
  /** Buys twice at the same time, with one picture each. */
  const buyBoth = (imagine, { request, options, pictures }) =>
    Promise.all(
      pictures.map((picture) =>
        imagine.submit({ ...request, image: new Blob([new Uint8Array(picture)]) }, options).then(
          ({ taskId }) => taskId,
          ({ code }) => code,
        ),
      ),
    )
  const openInsecure = async () => {
    const world = await open()
    await world.change(() => Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined }))
    return world
  }
  const other = [...PNG.slice(0, -1), PNG.at(-1) ^ 1]

  test('the same picture is the same purchase, another of its size is not', async () => {
    const { sandbox, dapp, order, reload } = await openInsecure()
    const [one, two, three] = await dapp.value(buyBoth, { ...order(), pictures: [PNG, [...PNG], other] })
    assert.equal(one, two)
    assert.notEqual(one, three)
    assert.equal((await sandbox.payments()).length, 2)
    const named = { ...request, id: 'job-9' }
    const [bought] = await dapp.value(buyBoth, { ...order({}, named), pictures: [PNG] })
    await reload()
    assert.deepEqual(await dapp.value(buyBoth, { ...order({}, named), pictures: [PNG] }), [bought])
    assert.deepEqual(await dapp.value(buyBoth, { ...order({}, named), pictures: [other] }), ['invalid_request'])
  })
})
