// Bad answers of a seller to the payment, and about the task.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { at, generate, passTime, status } from './calls.mjs'
import { assertWhole } from './dapp.mjs'
import { SIGN, sameAddress, startStubSeller } from './harness.mjs'
import { closeKept, dapp, openDapp, openSeller, sandbox, seller, stage, useStage } from './stage.mjs'
import { accepted, completed, html, paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 600_000 }
const request = { prompt: 'A paper boat on a neon river' }

// For its chain: the wallet reads balances there, and nothing that the stub seller takes is ever settled.
useStage({ sandbox: {} })

async function open(script, { keepAlive } = {}) {
  await openSeller(script, { keepAlive })
  await openDapp()
}

const buy = (overrides) => [generate, { request, options: at(seller.url, overrides) }]

const paidRequests = () => seller.requests.filter(({ paid }) => paid)

const announce = (terms) => ({ 'payment-required': Buffer.from(JSON.stringify(terms)).toString('base64') })

describe('a bad answer to the payment', TIMEOUT, () => {
  /** By the time of the answer the chain is past the window, so it tells at once that the payment was not taken. */
  const late = (answer) => async () => {
    await passTime(sandbox, dapp, 120)
    return answer
  }

  const NOT_FOUND = { status: 404, body: { status: 'not_found' } }
  const cases = [
    ['a 402 again', () => paymentRequired(sandbox)],
    [
      'a 402 with another error',
      () => ({ status: 402, body: { x402Version: 1, error: 'invalid_exact_evm_payload_signature', accepts: [] } }),
    ],
    ['a 400', () => ({ status: 400, body: { error: 'no' } })],
    ['a 500', () => ({ status: 500, body: { error: 'out of order' } })],
    ['a 504 of HTML', () => html(504)],
    ['a 429', () => ({ status: 429, headers: { 'retry-after': '1' }, body: { error: 'slow down' } })],
    ['a dropped connection', () => 'drop'],
    ['a 202 that ends early', () => ({ status: 202, body: '{"taskI' })],
    ['a 202 that breaks off', () => ({ ...accepted('task-1'), cut: true })],
    ['a 202 without a task', () => ({ status: 202, body: { status: 'queued' } })],
    ['a 202 with a task of the wrong type', () => ({ status: 202, body: { taskId: { id: 7 } } })],
    ['a 200 of HTML', () => html(200)],
    ['an empty 200', () => ({ status: 200 })],
  ]
  for (const [name, answer] of cases) {
    test(`${name}: the token shows that nothing was paid`, async () => {
      await open({ paid: late(answer()), status: NOT_FOUND })
      const error = await dapp.failure(...buy())
      assertWhole(error)
      const { code, paid, retry, stage, details } = error
      assert.deepEqual(
        { code, paid, retry, stage },
        { code: 'payment_rejected', paid: 'no', retry: 'safe', stage: 'payment' },
      )
      assert.ok((await dapp.events()).some(({ type }) => type === 'payment_unknown'))
      assert.equal(await dapp.asked(SIGN), 1, 'signatures')
      assert.equal(paidRequests().length, 1, 'paid requests')
      assert.equal(seller.requests.filter(({ method, paid }) => method === 'POST' && !paid).length, 1, 'probes')

      const { authorization } = JSON.parse(Buffer.from(paidRequests()[0].payment, 'base64')).payload
      assert.equal(details.nonce, authorization.nonce)
      assert.ok(sameAddress(details.payer, sandbox.payer.address))
      const { validBefore } = (await dapp.events()).findLast(({ type }) => type === 'signing')
      assert.equal(details.validBefore, validBefore, 'in the clock of the page')
      const { status, body, cut } = answer()
      if (status && !cut) assert.equal(details.status, status)
      if (body && !cut)
        assert.ok(
          details.body.includes(typeof body === 'string' ? body.slice(0, 20) : Object.keys(body)[0]),
          details.body,
        )
      assert.equal(await sandbox.authorizationUsed(sandbox.payer.address, details.nonce), false)
    })
  }

  const refusals = [
    [
      'of a body of version 1',
      { body: { x402Version: 1, error: '残高が足りません', accepts: [] } },
      '残高が足りません',
    ],
    [
      'of the header of version 2',
      { headers: announce({ x402Version: 2, error: 'sold out', accepts: [] }), body: {} },
      'sold out',
    ],
    ['in `reason`', { body: { reason: `no${'!'.repeat(5000)}` } }, `no${'!'.repeat(498)}`],
  ]
  for (const [where, answer, reason] of refusals) {
    test(`the error includes the service's own reason, ${where}`, async () => {
      await open({ paid: late({ status: 402, ...answer }), status: NOT_FOUND })
      const { code, message, details } = await dapp.failure(...buy())
      const { reason: heard } = (await dapp.events()).find(({ type }) => type === 'payment_unknown')
      const said = `the server answered 402 to the payment: "${reason}"`
      assert.deepEqual([code, details.reason, heard], ['payment_rejected', reason, said])
      assert.ok(message.endsWith(said), message)
    })
  }

  test('a request that the browser repeats by itself is the same payment', async () => {
    // On a broken connection that it used before, Chromium repeats even a POST.
    await open({ paid: ['drop', accepted('task-1')] }, { keepAlive: true })
    const { taskId } = await dapp.value(...buy())
    assert.equal(taskId, 'task-1')
    assert.equal(await dapp.asked(SIGN), 1)
    const [first, second, ...others] = paidRequests().map(({ payment, body }) => ({ payment, body }))
    assert.deepEqual([second, others], [first, []], 'sent twice')
  })

  test('a redirect is not followed', async () => {
    const elsewhere = await startStubSeller()
    try {
      await open({
        paid: { status: 307, headers: { location: `${elsewhere.url}/generation/create` } },
        status: NOT_FOUND,
      })
      const { code, paid } = await dapp.failure(...buy())
      assert.deepEqual([code, paid], ['payment_rejected', 'no'])
      assert.equal(elsewhere.requests.length, 0, 'the payment stays with the seller it was made for')
    } finally {
      await elsewhere.stop()
    }
  })

  test('an invalid receipt in a good response does no harm', async () => {
    for (const header of ['', 'no base64!', btoa('no json'), btoa('[]'), btoa('{"success":true,"transaction":7}')]) {
      await open({ paid: { ...accepted('task-1'), headers: { 'x-payment-response': header } } })
      const { receipt, taskId } = await dapp.value(...buy())
      assert.equal(taskId, 'task-1')
      assert.equal(receipt.taskId, 'task-1')
      assert.equal(receipt.transaction, undefined)
      await closeKept()
    }
  })
})

describe('answers about the task', TIMEOUT, () => {
  const queued = { status: 202, body: { status: 'queued' } }
  const failed = { status: 500, body: { status: 'failed', error: 'the boat sank' } }

  test('the error of a failed job says that it was paid', async () => {
    await open({ status: [queued, failed] })
    const error = await dapp.failure(...buy())
    assertWhole(error)
    const { code, paid, retry, stage, taskId } = error
    assert.deepEqual(
      { code, paid, retry, stage, taskId },
      { code: 'generation_failed', paid: 'yes', retry: 'pays_again', stage: 'wait', taskId: 'task-1' },
    )
    assert.match(error.message, /the boat sank/)
    assert.equal(error.receipt.taskId, 'task-1')
    assert.equal(paidRequests().length, 1)
  })

  test('status(): a failed task is a value', async () => {
    await open({ status: failed })
    const answer = await dapp.value(status, { taskId: 'task-1', options: { baseUrl: seller.url } })
    assert.deepEqual(answer, { status: 'failed', taskId: 'task-1', error: 'the boat sank' })
  })

  test('status(): a task that does not exist is a value', async () => {
    await open({ status: { status: 404, body: { status: 'not_found' } } })
    const answer = await dapp.value(status, { taskId: 'task-1', options: { baseUrl: seller.url } })
    assert.deepEqual(answer, { status: 'not_found', taskId: 'task-1' })
  })

  for (const [name, answer, code] of [
    ['HTML with 502', html(502), 'http'],
    ['a dropped connection', 'drop', 'network'],
    ['HTML with 200', html(200), 'bad_response'],
  ]) {
    test(`status(): ${name} is an error: ${code}`, async () => {
      await open({ status: answer })
      const error = await dapp.failure(status, { taskId: 'task-1', options: { baseUrl: seller.url } })
      assertWhole(error)
      assert.equal(error.code, code)
      assert.notEqual(error.paid, 'no', 'a look at a task cannot say that nothing was paid')
    })
  }

  test('any task id is sent as one path segment', async () => {
    await open()
    const taskId = '../../admin?x=1#y'
    const { status: known } = await dapp.value(status, { taskId, options: { baseUrl: seller.url } })
    assert.equal(known, 'completed')
    assert.deepEqual(
      seller.requests.map(({ path }) => path),
      [`/generation/${encodeURIComponent(taskId)}/status`],
    )
  })

  test('errors in between do not end the wait', async () => {
    const odd = { status: 200, body: { status: 'dreaming' } }
    await open({
      status: [queued, html(502), 'drop', { status: 429, headers: { 'retry-after': '1' } }, odd, completed],
    })
    const { video } = await dapp.value(...buy())
    assert.equal(video.url, completed.body.result.generation.video.url)
    const retries = (await dapp.events()).filter(({ type }) => type === 'retrying')
    assert.ok(retries.length >= 3, `${retries.length} retries`)
    for (const { attempt, inMs, reason } of retries) {
      assert.ok(attempt >= 1 && inMs > 0 && reason.length > 0)
    }
    assert.equal(paidRequests().length, 1)
  })

  test('the wait times out, and the task can be resumed', async () => {
    await open({ status: queued })
    const error = await dapp.failure(...buy({ timeout: 3000 }))
    const { code, paid, retry, taskId } = error
    assert.deepEqual(
      { code, paid, retry, taskId },
      { code: 'wait_timeout', paid: 'yes', retry: 'resume', taskId: 'task-1' },
    )
    seller.answer({ status: completed })
    const resume = (imagine, { taskId, options }) => imagine.resume(taskId, options).then((task) => task.wait())
    const { video } = await dapp.value(resume, { taskId, options: at(seller.url) })
    assert.equal(video.url, completed.body.result.generation.video.url)
    assert.deepEqual([paidRequests().length, await dapp.asked(SIGN)], [1, 1])
  })
})

describe('a service on the origin of the page', TIMEOUT, () => {
  /** Serves a page and the library beside its answers. */
  async function openAtService() {
    const library = await readFile(join(stage.library.directory, 'dist', 'index.js'), 'utf8')
    const pages = {
      '/': html(200),
      '/index.js': { headers: { 'content-type': 'text/javascript' }, body: library },
    }
    const told = { ...completed, headers: { 'cache-control': 'max-age=3600' } }
    await open({ probe: paymentRequired(sandbox), status: ({ path }) => pages[path] ?? told })
    await dapp.page.goto(seller.url)
    await dapp.page.evaluate(() => {
      // biome-ignore lint/suspicious/noDocumentCookie: set before anything else runs
      document.cookie = 'session=secret'
    })
  }

  const sent = (path) => seller.requests.filter((request) => request.path.endsWith(path))

  test('gets no cookies, and no poll is answered from the cache', async () => {
    await openAtService()
    const price = await dapp.page.evaluate(async (request) => {
      const { quote, status } = await import('/index.js')
      const options = { baseUrl: location.origin }
      await status('task-1', options)
      await status('task-1', options)
      const { price } = await quote(request, options)
      // As everything else on the page is sent, and kept.
      await fetch('/generation/page/status')
      await fetch('/generation/page/status')
      return price.amount
    }, request)
    assert.equal(price, '1.00')
    const ours = [...sent('/task-1/status'), ...sent('/create')]
    assert.deepEqual(
      ours.map(({ headers }) => headers.cookie),
      [undefined, undefined, undefined],
    )
    assert.deepEqual(
      sent('/page/status').map(({ headers }) => headers.cookie),
      ['session=secret'],
    )
  })
})
