// A payment whose answer is lost, or says something else than it should: never paid twice, never lost, always told truly.
// Real chain, real token, official x402 seller and facilitator, which fail where the sandbox makes them fail.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, passTime } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { request, submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

const isPaid = (headers) => 'x-payment' in headers

describe('the video comes, paid once', TIMEOUT, () => {
  const faults = [
    ['paid-dropped-before', { times: 2 }], // the browser itself repeats the first one
    ['paid-500-before', { times: 1 }],
    ['paid-504-before', { times: 2 }],
    ['paid-402-before', { times: 1 }],
    ['paid-429-before', { times: 1 }],
    ['verify-500', { times: 1 }],
    ['verify-dropped', { times: 1 }],
    ['handler-fails', { times: 1 }],
    ['paid-dropped-after'],
    ['paid-500-after'],
    ['paid-504-after'],
    ['paid-402-after'],
    ['paid-429-after'],
    ['paid-truncated'],
    ['cors-missing'],
    ['settle-dropped-after'],
    ['settle-pending'],
    ['settle-nonce-used'],
  ]
  for (const [fault, options] of faults) {
    test(fault, async () => {
      const { sandbox, dapp, buy, tasks, assertPaid } = await open(fault, { options })
      const { receipt, taskId } = await dapp.value(...buy())
      assert.ok(sandbox.tasks.has(taskId))
      await assertPaid(1)
      const [{ transaction }] = await sandbox.payments()
      assert.equal(receipt.transaction, transaction)
      assert.equal(receipt.settled, options ? 'server' : 'chain', options ? 'sent again, and answered' : 'the token itself says so')
      assert.ok((await dapp.events()).some(({ type }) => type === 'payment_unknown'))
      const [record] = await tasks()
      assert.deepEqual({ step: record.step, paid: record.paid, status: record.status }, { step: 'done', paid: 'yes', status: 'completed' })
    })
  }
})

describe('nothing was paid, and that is certain once the chain is past the window', TIMEOUT, () => {
  for (const fault of ['paid-402-before', 'paid-redirected', 'verify-refused', 'handler-fails', 'chain-down']) {
    test(fault, async () => {
      const { sandbox, stored, assertPaid, buyBeyondTheWindow } = await open(fault)
      const { error } = await buyBeyondTheWindow()
      const { code, paid, retry } = error
      assert.deepEqual({ code, paid, retry }, { code: 'payment_rejected', paid: 'no', retry: 'safe' })
      await assertPaid(0)
      assert.equal(sandbox.stranger.requests.filter(({ paid }) => paid).length, 0, 'the payment went nowhere else')
      const [record] = await stored()
      assert.deepEqual([record.step, record.paid, record.payment], ['abandoned', 'no', undefined], 'the signed payment is deleted')
    })
  }

  test('settle-500: the job was begun and is free', async () => {
    const { assertPaid, buyBeyondTheWindow } = await open('settle-500')
    const { value } = await buyBeyondTheWindow()
    const { receipt, video } = value
    assert.equal(receipt, null)
    assert.ok(video.url)
    await assertPaid(0)
  })
})

describe('a server that knows no `seed`', TIMEOUT, () => {
  test('is asked without', async () => {
    const { sandbox, dapp, buy, assertPaid } = await open('seed-refused')
    const { taskId, video } = await dapp.value(...buy())
    assert.ok(sandbox.tasks.has(taskId) && video.url)
    await assertPaid(1)
    const bodies = sandbox.requests.filter(({ method }) => method === 'POST').map(({ body }) => 'seed' in body)
    assert.deepEqual(bodies, [true, false, false], 'asked, asked without, paid without')
  })

  test('is remembered by a quote', async () => {
    const { sandbox, dapp, order, assertPaid } = await open('seed-refused')
    const { taskId } = await dapp.value(async (imagine, { request, options }) => {
      const quote = await imagine.quote(request, options)
      return imagine.generate(JSON.parse(JSON.stringify(quote)), options)
    }, order())
    assert.ok(sandbox.tasks.has(taskId))
    await assertPaid(1)
  })

  test('and loses the answer as well: the error has the receipt', async () => {
    const { sandbox, dapp, buy, tasks, assertPaid } = await open('seed-ignored-500-after')
    const { code, paid, retry, receipt } = await dapp.failure(...buy())
    assert.deepEqual({ code, paid, retry }, { code: 'task_not_found', paid: 'yes', retry: 'resume' })
    await assertPaid(1)
    assert.equal(receipt.transaction, (await sandbox.payments())[0].transaction)
    const [record] = await tasks()
    assert.deepEqual([record.step, record.paid, record.receipt.nonce], ['signed', 'yes', receipt.nonce])
  })
})

describe('after a reload', TIMEOUT, () => {
  /** Holds back the requests that `wanted` picks; resolves with the first of them. */
  const holdBack = (dapp, wanted) => new Promise((resolve) => {
    void dapp.page.route('**/generation/create', (route) => (wanted(route.request().headers()) ? resolve() : route.continue()))
  })
  const unsigned = {
    'while the price is asked': (dapp) => holdBack(dapp, (headers) => !isPaid(headers)),
    'while the wallet connects': (dapp) => prompt(dapp, 'wallet_requestPermissions'),
    'while the page is asked': (dapp) => dapp.page.waitForFunction(() => globalThis.asked),
    'while the wallet asks for the signature': (dapp) => prompt(dapp, 'eth_signTypedData'),
  }
  const prompt = (dapp, type) => {
    dapp.user.answers[type] = 'waits'
    return dapp.user.opened(type)
  }
  for (const [step, reached] of Object.entries(unsigned)) {
    test(`${step}: nothing was paid, and the same purchase may be begun again`, async () => {
      const { sandbox, dapp, order, resume, reload } = await open()
      const named = order({}, { ...request, id: 'order-1' })
      const there = reached(dapp)
      const gone = dapp.run((imagine, { request, options, asks }) => {
        const confirm = () => new Promise(() => { globalThis.asked = true })
        return imagine.submit(request, asks ? { ...options, confirm } : options)
      }, { ...named, asks: step.includes('page') })
      await there
      dapp.user.answers = Object.assign(dapp.user.answers, { wallet_requestPermissions: true, eth_signTypedData: true })
      await reload(gone)
      await dapp.page.unrouteAll()
      assert.equal(await dapp.value(...resume()), null)
      const { taskId } = await dapp.value(submit, named)
      assert.ok(sandbox.tasks.has(taskId))
      assert.equal((await sandbox.payments()).length, 1)
    })
  }

  test('before the payment has left: it is sent then', async () => {
    const { sandbox, dapp, buy, resume, reload } = await open()
    const leaving = holdBack(dapp, isPaid)
    const gone = dapp.run(...buy())
    await leaving
    await reload(gone)
    await dapp.page.unrouteAll()
    const { receipt } = await dapp.value(...resume())
    assert.deepEqual((await sandbox.payments()).map(({ transaction }) => transaction), [receipt.transaction])
    assert.equal(await dapp.asked(SIGN), 0, 'resume never signs')
  })

  test('before the answer: the task is found', async () => {
    const { sandbox, dapp, buy, stored, resume, reload } = await open('paid-delayed')
    const gone = dapp.run(...buy())
    while ((await sandbox.payments()).length === 0) await sandbox.client.getBlockNumber()
    sandbox.fault(null)
    const [before] = await stored()
    assert.deepEqual([before.step, before.paid, typeof before.payment.header], ['signed', 'unknown', 'string'])
    await reload(gone)
    const { taskId, receipt } = await dapp.value(...resume())
    assert.ok(sandbox.tasks.has(taskId))
    assert.equal(receipt.settled, 'chain')
    assert.equal(await dapp.asked(SIGN), 0, 'resume never signs')
    assert.equal((await sandbox.payments()).length, 1)
    const [after] = await stored()
    assert.deepEqual([after.step, after.paid, after.status, after.payment], ['done', 'yes', 'completed', undefined])
    assert.equal(await dapp.value(...resume()), null, 'nothing is unfinished any more')
  })

  test('while a lost answer is followed: it is followed on', async () => {
    const { sandbox, dapp, resume, leaveUnanswered } = await open('paid-500-before')
    await leaveUnanswered()
    sandbox.fault(null)
    const { receipt } = await dapp.value(...resume())
    assert.equal((await sandbox.payments()).length, 1)
    assert.equal(receipt.transaction, (await sandbox.payments())[0].transaction)
  })

  test('who gives up resuming is not told that nothing was paid', async () => {
    const { sandbox, dapp, leaveUnanswered } = await open('paid-500-before')
    await leaveUnanswered()
    const { code, paid, retry } = await dapp.failure((imagine, options) => imagine.resume(undefined, { ...options, signal: AbortSignal.abort() }), at(sandbox.apiUrl))
    assert.deepEqual({ code, paid, retry }, { code: 'aborted', paid: 'unknown', retry: 'resume' })
  })

  test('while the video is made: it is found by its id, the id of the request, or as the newest', async () => {
    const { sandbox, dapp, order, tasks, reload } = await open()
    const { id, taskId } = await dapp.value(submit, order())
    await reload()
    assert.deepEqual((await tasks({ unfinished: true })).map(({ taskId, step, paid }) => ({ taskId, step, paid })), [{ taskId, step: 'accepted', paid: 'yes' }])
    for (const wanted of [undefined, id, taskId]) {
      const result = await dapp.value((imagine, wanted) => imagine.resume(wanted, { pollInterval: 2000 }).then((task) => task.wait()), wanted)
      assert.equal(result.taskId, taskId)
      assert.equal(result.receipt.transaction, (await sandbox.payments())[0].transaction)
    }
  })
})

describe('offline for longer than the window', TIMEOUT, () => {
  /** Lets the page's clock jump; timers go on as they were. */
  const jumpable = () => {
    const now = Date.now
    globalThis.jump = 0
    Date.now = () => now() + globalThis.jump
  }
  const jump = (dapp) => dapp.page.evaluate(() => { globalThis.jump += 120_000 })

  test('what never left is certainly unpaid afterwards', async () => {
    const { sandbox, dapp, buy, resume, change } = await open()
    await change(jumpable)
    dapp.user.answers.eth_signTypedData = 'waits'
    const buying = dapp.failure(...buy())
    await dapp.user.opened('eth_signTypedData')
    await dapp.page.context().setOffline(true)
    dapp.user.answer('eth_signTypedData', true)
    await dapp.untilEvent('payment_unknown')
    await jump(dapp)
    const left = await buying
    assert.deepEqual([left.code, left.paid, left.retry], ['payment_unknown', 'unknown', 'resume'])
    await passTime(sandbox, 120)
    await dapp.page.context().setOffline(false)
    const { code, paid } = await dapp.failure(...resume())
    assert.deepEqual([code, paid], ['payment_rejected', 'no'])
    assert.equal(sandbox.requests.filter(({ paid }) => paid).length, 0)
    assert.equal((await sandbox.payments()).length, 0)
    assert.equal(await dapp.asked(SIGN), 1)
    dapp.user.answers.eth_signTypedData = true
    await dapp.value(...buy())
    assert.equal((await sandbox.payments()).length, 1, 'and may be bought again')
  })

  test('what was paid is found afterwards', async () => {
    const { sandbox, dapp, buy, resume, change, assertPaid } = await open()
    await change(jumpable)
    await dapp.page.route('**/generation/create', async (route) => {
      if (!isPaid(route.request().headers())) return route.continue()
      await route.fetch()
      await dapp.page.context().setOffline(true)
      await route.abort()
    })
    const buying = dapp.failure(...buy())
    await dapp.untilEvent('payment_unknown')
    await jump(dapp)
    const left = await buying
    assert.deepEqual([left.code, left.paid, left.retry], ['payment_unknown', 'unknown', 'resume'])
    await passTime(sandbox, 120)
    await dapp.page.context().setOffline(false)
    const { receipt, video } = await dapp.value(...resume())
    assert.ok(video.url)
    assert.equal(receipt.settled, 'chain')
    await assertPaid(1)
  })
})
