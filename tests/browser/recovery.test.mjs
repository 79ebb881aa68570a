// A payment whose answer is lost, or says something else than it should: never paid twice, never lost, always told truly.
// Real chain, real token, official x402 seller and facilitator, which fail where the sandbox makes them fail.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { at, generate, passTime } from './calls.mjs'
import { SIGN, openStage, walletFor } from './harness.mjs'

const TIMEOUT = { timeout: 300_000 }
const request = { prompt: 'A paper boat on a neon river' }

let stage
let sandbox
let dapp

before(async () => {
  stage = await openStage()
})
afterEach(async () => {
  await dapp?.close()
  await sandbox?.stop()
  dapp = sandbox = undefined
})
after(() => stage?.close())

async function open(fault, { wallet, options } = {}) {
  sandbox = await startSandbox({ stepMs: 200 })
  dapp = await stage.openDapp({ wallet: walletFor(sandbox, wallet) })
  if (fault) sandbox.fault(fault, options)
}

const buy = (overrides) => [generate, { request, options: at(sandbox.apiUrl, overrides) }]

const submit = (imagine, { request, options }, dapp) => imagine.submit(request, { ...options, signal: dapp.controller.signal }).then(({ id, taskId }) => ({ id, taskId }))

const tasks = (filter) => dapp.value((imagine, filter) => imagine.tasks(filter), filter)

/** Takes the newest unfinished purchase up, and waits for what there is. */
const resume = (imagine, { taskId, options }) => imagine.resume(taskId, options).then((task) => task && task.wait())

/** What is in the browser's own storage. */
const stored = () => dapp.page.evaluate(() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('imagine-x402')
  opening.onerror = () => reject(opening.error)
  opening.onsuccess = () => {
    const all = opening.result.transaction('purchases').objectStore('purchases').getAll()
    all.onsuccess = () => resolve(all.result)
  }
}))

/** One signature, and so many payments on the chain. */
async function assertPaid(payments) {
  assert.equal(await dapp.asked(SIGN), 1, 'signatures')
  assert.equal((await sandbox.payments()).length, payments, 'payments on the chain')
  const headers = sandbox.requests.filter(({ paid }) => paid).map(({ payment }) => payment)
  assert.equal(new Set(headers).size, 1, 'whatever is sent again is the same payment')
}

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
      await open(fault, { options })
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
      await open(fault)
      const buying = dapp.failure(...buy())
      await dapp.untilEvent('payment_unknown')
      await passTime(sandbox, 120)
      const { code, paid, retry } = await buying
      assert.deepEqual({ code, paid, retry }, { code: 'payment_rejected', paid: 'no', retry: 'safe' })
      await assertPaid(0)
      assert.equal(sandbox.stranger.requests.filter(({ payment }) => payment).length, 0, 'the payment went nowhere else')
      const [record] = await stored()
      assert.deepEqual([record.step, record.paid, record.payment], ['abandoned', 'no', undefined], 'the signed payment is deleted')
    })
  }

  test('settle-500: the job was begun and is free', async () => {
    await open('settle-500')
    const buying = dapp.value(...buy())
    await dapp.untilEvent('payment_unknown')
    await passTime(sandbox, 120)
    const { receipt, video } = await buying
    assert.equal(receipt, null)
    assert.ok(video.url)
    await assertPaid(0)
  })
})

describe('after a reload', TIMEOUT, () => {
  test('a payment that was under way is taken up, without a signature', async () => {
    await open('paid-delayed')
    const gone = dapp.run(...buy()).catch(() => {})
    await dapp.untilEvent('paying')
    while ((await sandbox.payments()).length === 0) await sandbox.client.getBlockNumber()
    sandbox.fault(null)
    const [before] = await stored()
    assert.deepEqual([before.step, before.paid, typeof before.payment.header], ['signed', 'unknown', 'string'])
    await dapp.page.reload()
    await gone
    const { taskId, receipt } = await dapp.value(resume, { options: at(sandbox.apiUrl) })
    assert.ok(sandbox.tasks.has(taskId))
    assert.equal(receipt.settled, 'chain')
    assert.equal(await dapp.asked(SIGN), 0, 'resume never signs')
    assert.equal((await sandbox.payments()).length, 1)
    const [after] = await stored()
    assert.deepEqual([after.step, after.paid, after.status, after.payment], ['done', 'yes', 'completed', undefined])
    assert.equal(await dapp.value(resume, { options: at(sandbox.apiUrl) }), null, 'nothing is unfinished any more')
  })

  test('a payment that never left is sent then', async () => {
    await open('paid-500-before')
    const gone = dapp.run(...buy()).catch(() => {})
    await dapp.untilEvent('payment_unknown')
    await dapp.page.reload()
    await gone
    sandbox.fault(null)
    const { receipt } = await dapp.value(resume, { options: at(sandbox.apiUrl) })
    assert.equal((await sandbox.payments()).length, 1)
    assert.equal(receipt.transaction, (await sandbox.payments())[0].transaction)
  })

  test('who gives up resuming is not told that nothing was paid', async () => {
    await open('paid-500-before')
    const gone = dapp.run(...buy()).catch(() => {})
    await dapp.untilEvent('payment_unknown')
    await dapp.page.reload()
    await gone
    const { code, paid, retry } = await dapp.failure((imagine, options) => imagine.resume(undefined, { ...options, signal: AbortSignal.abort() }), at(sandbox.apiUrl))
    assert.deepEqual({ code, paid, retry }, { code: 'aborted', paid: 'unknown', retry: 'resume' })
  })

  test('an accepted task is found again, by its id or as the newest', async () => {
    await open()
    const { id, taskId } = await dapp.value(submit, { request, options: at(sandbox.apiUrl) })
    await dapp.page.reload()
    assert.deepEqual((await tasks({ unfinished: true })).map(({ taskId, step, paid }) => ({ taskId, step, paid })), [{ taskId, step: 'accepted', paid: 'yes' }])
    for (const wanted of [undefined, id, taskId]) {
      const result = await dapp.value(resume, { taskId: wanted, options: { pollInterval: 2000 } })
      if (wanted === undefined) assert.equal(result.taskId, taskId)
      assert.equal(result.receipt.transaction, (await sandbox.payments())[0].transaction)
    }
  })
})

describe('one purchase', TIMEOUT, () => {
  const twice = (imagine, { first, second, options }) =>
    Promise.all([first, second].map((request) => imagine.submit(request, options).then(({ taskId }) => taskId, (error) => error.code)))

  test('a double click: one signature, one payment, the same task', async () => {
    await open()
    const [one, two] = await dapp.value(twice, { first: request, second: { ...request }, options: at(sandbox.apiUrl) })
    assert.equal(one, two)
    await assertPaid(1)
  })

  test('refused once, refused for both', async () => {
    await open()
    dapp.user.answers.eth_signTypedData = false
    const outcomes = await dapp.value(twice, { first: request, second: request, options: at(sandbox.apiUrl) })
    assert.deepEqual(outcomes, ['user_rejected', 'user_rejected'])
    assert.equal(await dapp.asked(SIGN), 1, 'signatures asked for')
    assert.deepEqual(await tasks(), [], 'nothing is left of it')
  })

  test('the same id again is the same purchase, and stands for no other', async () => {
    await open()
    const named = { ...request, id: 'order-7' }
    const first = await dapp.value(submit, { request: named, options: at(sandbox.apiUrl) })
    await dapp.page.reload()
    const second = await dapp.value(submit, { request: named, options: at(sandbox.apiUrl) })
    assert.deepEqual(second, first)
    const { code, paid } = await dapp.failure(submit, { request: { ...named, prompt: 'Another boat' }, options: at(sandbox.apiUrl) })
    assert.deepEqual([code, paid], ['invalid_request', 'no'])
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('an effect that runs twice: the first is called off, the second buys', async () => {
    await open()
    const [first, second] = await dapp.value(async (imagine, { request, options }) => {
      const leaving = new AbortController()
      const first = imagine.submit(request, { ...options, signal: leaving.signal }).catch((error) => error)
      leaving.abort()
      const second = await imagine.submit(request, options)
      return [(await first).code, second.taskId]
    }, { request, options: at(sandbox.apiUrl) })
    assert.equal(first, 'aborted')
    assert.ok(sandbox.tasks.has(second))
    await assertPaid(1)
  })

  test('in two tabs: one payment, the same task', async () => {
    await open()
    const named = { ...request, id: 'order-8' }
    const other = await dapp.page.context().newPage()
    await other.goto(dapp.page.url())
    await other.waitForFunction(() => globalThis.dapp)
    dapp.user.answers.eth_signTypedData = 'waits'
    const here = dapp.value(submit, { request: named, options: at(sandbox.apiUrl) })
    await dapp.user.opened('eth_signTypedData')
    const job = { source: submit.toString(), args: { request: named, options: at(sandbox.apiUrl) }, entry: 'imagine-x402' }
    const there = other.evaluate((job) => globalThis.dapp.run(job), job)
    dapp.user.answer('eth_signTypedData', true)
    assert.deepEqual((await there).value, await here)
    assert.equal((await sandbox.payments()).length, 1)
  })
})

describe('the journal', TIMEOUT, () => {
  test('without storage nothing is bought, unless the caller does without', async () => {
    await open()
    await dapp.page.evaluate(() => Object.defineProperty(globalThis, 'indexedDB', { value: { open() { throw new DOMException('blocked', 'SecurityError') } } }))
    const { code, paid, cause } = await dapp.failure(...buy())
    assert.deepEqual([code, paid, cause.name], ['unsupported_environment', 'no', 'SecurityError'])
    assert.equal(await dapp.asked(SIGN), 0)
    const { taskId } = await dapp.value(...buy({ storage: 'memory' }))
    assert.ok(sandbox.tasks.has(taskId))
    await assertPaid(1)
  })

  test('is written before the wallet opens', async () => {
    await open()
    dapp.user.answers.eth_signTypedData = 'waits'
    const buying = dapp.value(submit, { request, options: at(sandbox.apiUrl) })
    await dapp.user.opened('eth_signTypedData')
    const seen = await stored()
    dapp.user.answer('eth_signTypedData', true)
    await buying
    assert.deepEqual(seen.map(({ step, paid, payment }) => ({ step, paid, payment })), [{ step: 'signing', paid: 'no', payment: undefined }])
  })

  test('forgets what is over, and keeps what may be under way', async () => {
    await open('paid-500-before')
    const gone = dapp.run(...buy()).catch(() => {})
    await dapp.untilEvent('payment_unknown')
    await dapp.page.reload()
    await gone
    const [{ id }] = await tasks()
    const forget = (imagine, id) => imagine.forget(id)
    assert.equal((await dapp.failure(forget, id)).code, 'invalid_request')
    await passTime(sandbox, 120)
    const { code, paid } = await dapp.failure(resume, { options: at(sandbox.apiUrl) })
    assert.deepEqual([code, paid], ['payment_rejected', 'no'])
    await dapp.value(forget, id)
    assert.deepEqual(await tasks(), [])
  })
})
