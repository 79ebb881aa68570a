// One purchase, one authorization: however often, and from wherever, it is asked for at the same time.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN } from './harness.mjs'
import { request, submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

describe('in one page', TIMEOUT, () => {
  const twice = (imagine, { request, options }) =>
    Promise.all([request, { ...request }].map((request) => imagine.submit(request, options).then(({ taskId }) => taskId, (error) => error.code)))

  test('a double click: one signature, one payment, the same task', async () => {
    const { dapp, order, assertPaid } = await open()
    const [one, two] = await dapp.value(twice, order())
    assert.equal(one, two)
    await assertPaid(1)
  })

  test('refused once, refused for both', async () => {
    const { dapp, order, tasks } = await open()
    dapp.user.answers.eth_signTypedData = false
    assert.deepEqual(await dapp.value(twice, order()), ['user_rejected', 'user_rejected'])
    assert.equal(await dapp.asked(SIGN), 1, 'signatures asked for')
    assert.deepEqual(await tasks(), [], 'nothing is left of it')
  })

  test('the same id again is the same purchase, and stands for no other', async () => {
    const { sandbox, dapp, order, reload } = await open()
    const named = { ...request, id: 'order-7' }
    const first = await dapp.value(submit, order({}, named))
    await reload()
    const second = await dapp.value(submit, order({}, named))
    assert.deepEqual(second, first)
    const { code, paid } = await dapp.failure(submit, order({}, { ...named, prompt: 'Another boat' }))
    assert.deepEqual([code, paid], ['invalid_request', 'no'])
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('an effect that runs twice: the first is called off, the second buys', async () => {
    const { sandbox, dapp, order, assertPaid } = await open()
    const [first, second] = await dapp.value(async (imagine, { request, options }) => {
      const leaving = new AbortController()
      const first = imagine.submit(request, { ...options, signal: leaving.signal }).catch((error) => error)
      leaving.abort()
      const second = await imagine.submit(request, options)
      return [(await first).code, second.taskId]
    }, order())
    assert.equal(first, 'aborted')
    assert.ok(sandbox.tasks.has(second))
    await assertPaid(1)
  })
})

describe('in two tabs', TIMEOUT, () => {
  const named = { ...request, id: 'order-8' }

  test('one payment, the same task', async () => {
    const { sandbox, dapp, order, openTab } = await open()
    const other = await openTab()
    dapp.user.answers.eth_signTypedData = 'waits'
    const here = dapp.value(submit, order({}, named))
    await dapp.user.opened('eth_signTypedData')
    const there = other.value(submit, order({}, named))
    dapp.user.answer('eth_signTypedData', true)
    assert.deepEqual(await there, await here)
    assert.equal(await other.asked(SIGN), 0)
    assert.equal((await sandbox.payments()).length, 1)
  })

  describe('of a browser without Web Locks', () => {
    const openWithout = async () => {
      const world = await open()
      await world.change(() => delete Navigator.prototype.locks)
      assert.equal(await world.dapp.page.evaluate(() => 'locks' in navigator), false)
      return world
    }

    test('the second is told so while the first is at it', async () => {
      const { sandbox, dapp, order, openTab } = await openWithout()
      const other = await openTab()
      dapp.user.answers.eth_signTypedData = 'waits'
      const here = dapp.value(submit, order({}, named))
      await dapp.user.opened('eth_signTypedData')
      const { code, paid, retry, message } = await other.failure(submit, order({}, named))
      assert.deepEqual([code, paid, retry], ['unsupported_environment', 'unknown', 'resume'])
      assert.match(message, /another tab/)
      dapp.user.answer('eth_signTypedData', true)
      const { taskId } = await here
      assert.equal(await other.asked(SIGN), 0)
      assert.equal((await other.value(submit, order({}, named))).taskId, taskId, 'afterwards it is the same purchase')
      assert.equal((await sandbox.payments()).length, 1)
    })

    test('different purchases do not disturb each other', async () => {
      const { sandbox, dapp, order, openTab } = await openWithout()
      const other = await openTab()
      const both = await Promise.all([dapp.value(submit, order()), other.value(submit, order())])
      assert.equal(new Set(both.map(({ taskId }) => taskId)).size, 2)
      assert.equal((await sandbox.payments()).length, 2)
    })

    test('what was forgotten meanwhile is not sent', async () => {
      const { sandbox, dapp, order, openTab } = await openWithout()
      const other = await openTab()
      dapp.user.answers.eth_signTypedData = 'waits'
      const here = dapp.failure(submit, order({}, named))
      await dapp.user.opened('eth_signTypedData')
      await other.value((imagine, id) => imagine.forget(id), named.id)
      dapp.user.answer('eth_signTypedData', true)
      const { code, paid } = await here
      assert.deepEqual([code, paid], ['unsupported_environment', 'no'])
      assert.equal(sandbox.requests.filter(({ paid }) => paid).length, 0)
    })
  })
})
