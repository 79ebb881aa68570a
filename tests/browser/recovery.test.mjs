// A payment whose answer is lost, or says something else than it should: never paid twice, never lost, always told
// truly. Real chain, real token, official x402 seller and facilitator, which fail where the sandbox makes them fail.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { announceLiar } from './liar.mjs'
import { testFound, testUnpaid } from './recovery.mjs'
import { request, submit, untilSettled, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

const isPaid = (headers) => 'x-payment' in headers

describe('the video comes, paid once', TIMEOUT, () =>
  testFound(open, [['paid-500-before', { times: 1 }], ['paid-500-after']]),
)

describe('nothing was paid, and that is certain once the chain is past the window', TIMEOUT, () =>
  testUnpaid(open, ['paid-402-before']),
)

describe('after a reload', TIMEOUT, () => {
  /** Holds back the requests that `wanted` picks; resolves with the first of them. */
  const holdBack = (dapp, wanted) =>
    new Promise((resolve) => {
      void dapp.page.route('**/generation/create', (route) =>
        wanted(route.request().headers()) ? resolve() : route.continue(),
      )
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
    test(`${step}: nothing was paid, and the same purchase can be started again`, async () => {
      const { sandbox, dapp, order, resume, reload } = await open()
      const named = order({}, { ...request, id: 'order-1' })
      const there = reached(dapp)
      const gone = dapp.run(
        (imagine, { request, options, asks }) => {
          const confirm = () =>
            new Promise(() => {
              globalThis.asked = true
            })
          return imagine.submit(request, asks ? { ...options, confirm } : options)
        },
        { ...named, asks: step.includes('page') },
      )
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

  test('before the payment was sent: it is sent on return', async () => {
    const { sandbox, dapp, buy, resume, reload } = await open()
    const leaving = holdBack(dapp, isPaid)
    const gone = dapp.run(...buy())
    await leaving
    await reload(gone)
    await dapp.page.unrouteAll()
    const { receipt } = await dapp.value(...resume())
    assert.deepEqual(
      (await sandbox.payments()).map(({ transaction }) => transaction),
      [receipt.transaction],
    )
    assert.equal(await dapp.asked(SIGN), 0, 'resume never signs')
  })

  test('before the response: the task is found', async () => {
    const { sandbox, dapp, buy, stored, tasks, resume, reload } = await open('paid-delayed')
    const gone = dapp.run(...buy())
    while ((await sandbox.payments()).length === 0) await sandbox.client.getBlockNumber()
    sandbox.fault(null)
    const [before] = await stored()
    assert.deepEqual([before.step, before.paid, typeof before.payment.header], ['signed', 'unknown', 'string'])
    await reload(gone)
    const { taskId } = await dapp.value(...resume())
    assert.ok(sandbox.tasks.has(taskId))
    // The wallet's node may show an earlier block at first: the video does not wait for a later one.
    const { receipt, paid } = await untilSettled(tasks)
    const [{ transaction }] = await sandbox.payments()
    assert.deepEqual([receipt.transaction, paid], [transaction, 'yes'])
    assert.equal(await dapp.asked(SIGN), 0, 'resume never signs')
    assert.equal((await sandbox.payments()).length, 1)
    const [after] = await stored()
    assert.deepEqual([after.step, after.paid, after.status, after.payment], ['done', 'yes', 'completed', undefined])
    assert.equal(await dapp.value(...resume()), null, 'nothing is unfinished any more')
  })

  test('while a lost response is followed: it is followed further', async () => {
    const { sandbox, dapp, resume, leaveUnanswered } = await open('paid-500-before')
    await leaveUnanswered()
    sandbox.fault(null)
    const { receipt } = await dapp.value(...resume())
    assert.equal((await sandbox.payments()).length, 1)
    assert.equal(receipt.transaction, (await sandbox.payments())[0].transaction)
  })

  test('aborting `resume` is not reported as unpaid', async () => {
    const { sandbox, dapp, leaveUnanswered } = await open('paid-500-before')
    await leaveUnanswered()
    const { code, paid, retry } = await dapp.failure(
      (imagine, options) => imagine.resume(undefined, { ...options, signal: AbortSignal.abort() }),
      at(sandbox.apiUrl),
    )
    assert.deepEqual({ code, paid, retry }, { code: 'aborted', paid: 'unknown', retry: 'resume' })
  })

  test("while the video is generated: it is found by its id, the request's id, or as the newest", async () => {
    const { sandbox, dapp, order, tasks, reload } = await open()
    const { id, taskId } = await dapp.value(submit, order())
    await reload()
    assert.deepEqual(
      (await tasks({ unfinished: true })).map(({ taskId, step, paid }) => ({ taskId, step, paid })),
      [{ taskId, step: 'accepted', paid: 'yes' }],
    )
    for (const wanted of [undefined, id, taskId]) {
      const result = await dapp.value(
        (imagine, wanted) => imagine.resume(wanted, { pollInterval: 2000 }).then((task) => task.wait()),
        wanted,
      )
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
  const jump = (dapp) =>
    dapp.page.evaluate(() => {
      globalThis.jump += 120_000
    })

  test('a payment that was never sent is certainly unpaid afterwards', async () => {
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
    await sandbox.passTime(120)
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

  test('a payment that was taken is found afterwards', async () => {
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
    await sandbox.passTime(120)
    await dapp.page.context().setOffline(false)
    const { receipt, video } = await dapp.value(...resume())
    assert.ok(video.url)
    assert.equal(receipt.settled, 'chain')
    await assertPaid(1)
  })
})

describe('a task accepted without a receipt', TIMEOUT, () => {
  for (const fault of ['receipt-missing', 'receipt-garbage']) {
    test(`gets its transaction in the background, without a prompt, with ${fault}`, async () => {
      const { sandbox, dapp, order, tasks } = await open(fault)
      const receipts = await dapp.value(async (imagine, { request, options }) => {
        const task = await imagine.submit(request, options)
        const before = task.receipt
        const shown = await new Promise((resolve) => {
          const stop = task.subscribe(({ receipt }) => receipt !== before && resolve(receipt))
          globalThis.stop = stop
        })
        globalThis.stop()
        return { before, shown, after: task.receipt }
      }, order())
      const [{ transaction }] = await sandbox.payments()
      assert.deepEqual([receipts.before.settled, receipts.shown.settled], ['unknown', 'chain'])
      assert.equal(receipts.shown.transaction, transaction)
      assert.deepEqual(receipts.after, receipts.shown)
      assert.deepEqual((await untilSettled(tasks)).receipt, receipts.shown)
      assert.equal(await dapp.asked(SIGN), 1)
    })
  }
})

describe('another wallet on the page', TIMEOUT, () => {
  const accounts = ['0x70997970C51812dc3A010C7d01b50e0d17dc79C8']
  const moveElsewhere = () => {
    const request = window.ethereum.request.bind(window.ethereum)
    window.ethereum.request = async (about) => (about.method === 'eth_chainId' ? '0x1' : request(about))
  }

  test('that reports "unused" too early proves nothing, and the payer\'s own wallet is asked too', async () => {
    const { sandbox, dapp, resume, leaveUnanswered } = await open('paid-500-after')
    await leaveUnanswered()
    await dapp.page.evaluate(announceLiar, { used: false, aheadS: 300, accounts })
    const { receipt } = await dapp.value(...resume())
    assert.deepEqual(
      (await sandbox.payments()).map(({ transaction }) => transaction),
      [receipt.transaction],
    )
    const methods = await dapp.page.evaluate(() => globalThis.liar.asked)
    const prompts = methods.filter(
      (method) => !/^eth_(chainId|accounts|getBlockByNumber|call|getLogs|getTransactionReceipt)$/.test(method),
    )
    assert.deepEqual(prompts, [], 'nothing that could open a prompt')
  })

  test('that reports "taken" does not prove a payment', async () => {
    const { sandbox, dapp, order, leaveUnanswered } = await open('paid-402-before')
    await leaveUnanswered()
    await dapp.page.evaluate(announceLiar, { used: true, accounts })
    await dapp.page.evaluate(moveElsewhere)
    const seen = await dapp.run(async (imagine, options, { controller, watch }) => {
      setTimeout(() => controller.abort(), 6_000)
      return imagine.resume(undefined, { ...options, ...watch, signal: controller.signal })
    }, order().options)
    assert.deepEqual([seen.error.code, seen.error.paid, seen.error.retry], ['aborted', 'unknown', 'resume'])
    assert.equal((await sandbox.payments()).length, 0)
  })
})

test('a status answer with an unknown word is not a task: nothing was paid', TIMEOUT, async () => {
  const { sandbox, assertPaid, buyBeyondTheWindow } = await open('paid-402-before')
  sandbox.answer('missing-as-error')
  const { error } = await buyBeyondTheWindow()
  assert.deepEqual([error.code, error.paid], ['payment_rejected', 'no'])
  await assertPaid(0)
})

describe('the clocks of node and page', TIMEOUT, () => {
  test('both have to be past the window before a purchase counts as unpaid', async () => {
    const { sandbox, dapp, buy } = await open('paid-402-before')
    const buying = dapp.run(...buy())
    await dapp.untilEvent('payment_unknown')
    await sandbox.passTime(300)
    const rounds = sandbox.requests.length + 4
    while (sandbox.requests.length < rounds) await sandbox.client.getBlockNumber()
    await dapp.abort()
    const { error } = await buying
    assert.deepEqual([error.code, error.paid, error.retry], ['aborted', 'unknown', 'resume'])
  })

  test('that are weeks apart prevent signing, and the error names both', async () => {
    const { sandbox, dapp, buy } = await open()
    await sandbox.passTime(40 * 86_400)
    const { timestamp } = await sandbox.client.getBlock()
    const { code, stage, paid, retry, details } = await dapp.failure(...buy())
    assert.deepEqual([code, stage, paid, retry], ['clock_mismatch', 'wallet', 'no', 'safe'])
    assert.equal(details.chain, Number(timestamp) * 1000)
    assert.ok(Math.abs(details.machine - Date.now()) < 60_000)
    assert.equal(await dapp.asked(SIGN), 0)
  })
})
