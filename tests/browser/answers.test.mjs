// Bad answers of a seller and bad input of an app: what the library makes of them, and that it never pays for them.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { at, generate, quote } from './calls.mjs'
import { assertWhole } from './dapp.mjs'
import { SIGN, bodyOf, startStubSeller } from './harness.mjs'
import { closeKept, dapp, openDapp, openSeller, sandbox, seller, useStage } from './stage.mjs'
import { accepted, completed, html, paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 600_000 }
const request = { prompt: 'A paper boat on a neon river' }

// For its chain: the wallet reads balances there.
useStage({ sandbox: {}, whenOver: after })

/** One page for all tests of a suite in which nothing is ever signed. */
function sharePage() {
  before(() => open())
  after(closeKept)
}

async function open(script, options) {
  await openSeller(script)
  await openDapp(options)
}

const buy = (overrides) => [generate, { request, options: at(seller.url, overrides) }]

const paidRequests = () => seller.requests.filter(({ paid }) => paid)

describe('a bad answer to the probe', TIMEOUT, () => {
  sharePage()

  const terms = (offer) => paymentRequired(sandbox, offer)
  const body402 = (body) => () => ({ status: 402, body })

  const cases = [
    ['HTML with 200', () => html(200), 'bad_response'],
    ['HTML with 502', () => html(502), 'http'],
    ['JSON with 500', () => ({ status: 500, body: { error: 'out of order' } }), 'http'],
    ['JSON with 400', () => ({ status: 400, body: { error: 'too long' } }), 'http'],
    ['nothing with 200', () => ({ status: 200 }), 'bad_response'],
    ['a 202 without a task', () => ({ status: 202, body: {} }), 'bad_response'],
    ['a 402 of HTML', () => html(402), 'bad_response'],
    ['a 402 that ends early', () => ({ status: 402, body: '{"x402Version":1,"accepts":[{"sch' }), 'bad_response'],
    ['a 402 that is an array', body402([]), 'bad_response'],
    ['a 402 with accepts of the wrong type', body402({ x402Version: 1, accepts: 'exact' }), 'bad_response'],
    ['a 402 without accepts', body402({ x402Version: 1, error: 'pay' }), 'bad_response'],
    ['a 402 with empty accepts', body402({ x402Version: 1, accepts: [] }), 'no_acceptable_offer'],
    [
      'a 402 with entries of the wrong type',
      body402({ x402Version: 1, accepts: [null, 5, 'exact', []] }),
      'no_acceptable_offer',
    ],
    ['a 402 of an unknown version', body402({ x402Version: 99, accepts: [] }), 'no_acceptable_offer'],
    ['an unknown scheme', () => terms({ scheme: 'upto' }), 'no_acceptable_offer'],
    ['an unknown network', () => terms({ network: 'solana' }), 'no_acceptable_offer'],
    [
      'a network that was not allowed',
      () => terms({ network: 'base-sepolia', asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e' }),
      'no_acceptable_offer',
    ],
    ['an amount of "1e6"', () => terms({ maxAmountRequired: '1e6' }), 'no_acceptable_offer'],
    ['an amount of "-1"', () => terms({ maxAmountRequired: '-1' }), 'no_acceptable_offer'],
    ['an amount of "0x10"', () => terms({ maxAmountRequired: '0x10' }), 'no_acceptable_offer'],
    ['an amount of ""', () => terms({ maxAmountRequired: '' }), 'no_acceptable_offer'],
    ['an amount of " 1000000"', () => terms({ maxAmountRequired: ' 1000000' }), 'no_acceptable_offer'],
    ['an amount of 2^256', () => terms({ maxAmountRequired: String(2n ** 256n) }), 'no_acceptable_offer'],
    ['an amount of 2^256 - 1', () => terms({ maxAmountRequired: String(2n ** 256n - 1n) }), 'price_too_high'],
    ['an amount that is a number', () => terms({ maxAmountRequired: 1000000 }), 'no_acceptable_offer'],
    ['a recipient that is no address', () => terms({ payTo: '0x13a9' }), 'no_acceptable_offer'],
    ['the zero address as recipient', () => terms({ payTo: `0x${'0'.repeat(40)}` }), 'no_acceptable_offer'],
    ['another asset', () => terms({ asset: sandbox.payTo }), 'no_acceptable_offer'],
    ['another name of the asset', () => terms({ extra: { name: 'US Dollar', version: '2' } }), 'no_acceptable_offer'],
    ['another version of the asset', () => terms({ extra: { name: 'USD Coin', version: '1' } }), 'no_acceptable_offer'],
  ]
  for (const [name, answer, code] of cases) {
    test(`${name}: ${code}`, async () => {
      seller.answer({ probe: answer() })
      const error = await dapp.failure(...buy())
      assertWhole(error)
      assert.deepEqual([error.code, error.paid, error.stage], [code, 'no', 'quote'])
      assert.equal(await dapp.asked(SIGN), 0, 'signatures')
      assert.equal(dapp.user.count(), 0, 'prompts')
      assert.equal(paidRequests().length, 0)
      if (code === 'http') assert.equal(error.details.status, answer().status)
      if (name.startsWith('JSON')) assert.ok(error.details.body.includes(answer().body.error))
    })
  }

  test('`quote` fails in the same way', async () => {
    seller.answer({ probe: html(502) })
    const { code, paid } = await dapp.failure(quote, { request, options: at(seller.url) })
    assert.deepEqual([code, paid], ['http', 'no'])
  })
})

describe('other answers to the probe', TIMEOUT, () => {
  afterEach(closeKept)

  test('an offer that cannot be paid is listed with the reason', async () => {
    await open({ probe: paymentRequired(sandbox, { scheme: 'upto' }) })
    const {
      details: { offers },
    } = await dapp.failure(...buy())
    assert.equal(offers.length, 1)
    assert.match(JSON.stringify(offers[0]), /upto/)
  })

  test("a 422 instead of a price reports the service's own reason as plain text, in any script", async () => {
    const msg = '<b>長すぎます</b>\u202e\n10 秒まで'
    await open({ probe: { status: 422, body: { detail: [{ loc: ['body', 'duration'], msg, type: 'less_than' }] } } })
    const { code, message, details } = await dapp.failure(...buy())
    const reason = 'body.duration: b長すぎます/b 10 秒まで'
    assert.deepEqual(
      [code, message, details.reason],
      ['http', `the server answered 422 instead of a price: "${reason}"`, reason],
    )
  })

  test('an offer that cannot be paid does not prevent payment of the next', async () => {
    const { body } = paymentRequired(sandbox)
    body.accepts.unshift(null, { ...body.accepts[0], network: 'solana', payTo: 'merchant' })
    await open({ probe: { status: 402, body } })
    await dapp.value(...buy())
    assert.equal(paidRequests().length, 1)
  })

  test('a response that breaks off: network', async () => {
    await open({ probe: { ...paymentRequired(sandbox), cut: true } })
    const { code, paid } = await dapp.failure(...buy())
    assert.deepEqual([code, paid], ['network', 'no'])
  })

  test('a connection that drops without a response: network', async () => {
    await open({ probe: 'drop' })
    const error = await dapp.failure(...buy())
    assertWhole(error)
    assert.deepEqual([error.code, error.paid, error.retry], ['network', 'no', 'safe'])
    assert.equal(error.cause.name, 'TypeError', "fetch's own error is the cause")
  })

  test('a server that is down: network', async () => {
    await open()
    await seller.stop()
    const { code, paid, retry } = await dapp.failure(...buy())
    assert.deepEqual([code, paid, retry], ['network', 'no', 'safe'])
    assert.equal(await dapp.asked(SIGN), 0)
  })

  test('a redirect to another origin leads to no payment there', async () => {
    const elsewhere = await startStubSeller()
    try {
      elsewhere.answer({ probe: paymentRequired(sandbox) })
      await open({ probe: { status: 307, headers: { location: `${elsewhere.url}/generation/create` } } })
      const { code, paid } = await dapp.failure(...buy())
      assert.deepEqual([code, paid], ['network', 'no'])
      assert.equal(await dapp.asked(SIGN), 0)
      assert.deepEqual(elsewhere.requests, [], 'the request stays with the seller it was made for')
    } finally {
      await elsewhere.stop()
    }
  })
})

describe('a seller that accepts the request without payment', TIMEOUT, () => {
  afterEach(closeKept)

  test('is not paid', async () => {
    await open({ probe: accepted('task-1') })
    const { taskId, receipt, video } = await dapp.value(...buy())
    assert.equal(taskId, 'task-1')
    assert.equal(receipt, null)
    assert.equal(video.url, completed.body.result.generation.video.url)
    assert.equal(dapp.user.count(), 0)
    assert.equal(await dapp.asked(SIGN), 0)
    assert.equal(await dapp.asked('eth_requestAccounts'), 0)
    assert.equal(seller.requests.filter(({ method }) => method === 'POST').length, 1)
  })

  test('needs no wallet', async () => {
    await open({ probe: accepted('task-1') }, { wallet: null })
    const { receipt } = await dapp.value(...buy())
    assert.equal(receipt, null)
  })

  test('is visible in the quote, which includes the task', async () => {
    await open({ probe: accepted('task-1') })
    const { accepted: record, taskId } = await dapp.value(
      async (imagine, { request, options }) => {
        const quote = await imagine.quote(request, options)
        const { taskId } = await imagine.generate(quote, options)
        return { accepted: quote.accepted, taskId }
      },
      { request, options: at(seller.url) },
    )
    assert.equal(record.taskId, 'task-1')
    assert.equal(record.prompt, request.prompt)
    assert.equal(taskId, 'task-1')
    assert.equal(seller.requests.filter(({ method }) => method === 'POST').length, 1, 'one request, not two')
  })
})

describe('bad input never reaches the network', TIMEOUT, () => {
  sharePage()

  // Expressions, since NaN and bytes must be made in the page.
  const cases = [
    ['no prompt', '{}', '{}', 'invalid_request'],
    ['an empty prompt', '{ prompt: "" }', '{}', 'invalid_request'],
    ['a blank prompt', '{ prompt: " \\n\\t\\u00a0\\u3000 " }', '{}', 'invalid_request'],
    ['a prompt of the wrong type', '{ prompt: 5 }', '{}', 'invalid_request'],
    ['no request', 'undefined', '{}', 'invalid_request'],
    ...['0', '-1', 'NaN', 'Infinity', '"8"'].map((duration) => [
      `a duration of ${duration}`,
      `{ prompt: "a boat", duration: ${duration} }`,
      '{}',
      'invalid_request',
    ]),
    ...['"abc"', '"-1"', '"1e3"', '""', '"1,5"', '"0x10"', '5', 'NaN'].map((maxPrice) => [
      `a cap of ${maxPrice}`,
      '{ prompt: "a boat" }',
      `{ maxPrice: ${maxPrice} }`,
      'invalid_request',
    ]),
    ['a poll interval under the minimum', '{ prompt: "a boat" }', '{ pollInterval: 10 }', 'invalid_request'],
    ['a seller without https', '{ prompt: "a boat" }', '{ baseUrl: "http://example.com" }', 'invalid_request'],
    ['an image that is no URL', '{ prompt: "a boat", image: "not a url" }', '{}', 'image_unreadable'],
    ['an image of a strange scheme', '{ prompt: "a boat", image: "javascript:alert(1)" }', '{}', 'image_unreadable'],
    ['an image of no bytes', '{ prompt: "a boat", image: new Uint8Array() }', '{}', 'image_unreadable'],
    ['an image that is an empty Blob', '{ prompt: "a boat", image: new Blob([]) }', '{}', 'image_unreadable'],
    [
      'an image of bytes that are none',
      '{ prompt: "a boat", image: new Uint8Array([1, 2, 3, 4]) }',
      '{}',
      'image_unreadable',
    ],
    ['an image that is an object', '{ prompt: "a boat", image: { width: 1 } }', '{}', 'image_unreadable'],
  ]
  for (const [name, request, overrides, code] of cases) {
    test(`${name}: ${code}`, async () => {
      const error = await dapp.failure(
        (imagine, { request, overrides, options }) => {
          const make = (expression) => globalThis.eval(`(${expression})`)
          return imagine.generate(make(request), { ...options, ...make(overrides) })
        },
        { request, overrides, options: at(seller.url) },
      )
      assertWhole(error)
      assert.deepEqual([error.code, error.paid, error.stage], [code, 'no', 'request'])
      assert.equal(error.retry, code === 'invalid_request' ? 'never' : 'safe')
      assert.equal(seller.requests.length, 0)
      assert.equal(dapp.user.count(), 0)
    })
  }
})

describe('the request', TIMEOUT, () => {
  afterEach(closeKept)

  test('fields that are not set are not sent, except those that must be explicit', async () => {
    await open()
    await dapp.value(quote, {
      request: { prompt: '  a boat  ', id: '5d2a9d4e-7b7c-4b0e-9f0a-2f0c8f0f1a11', extra: { aspectRatio: '16:9' } },
      options: at(seller.url),
    })
    const { prompt, seed, templateData } = bodyOf(seller.requests[0])
    assert.equal(prompt, 'a boat')
    assert.equal(seed, '5d2a9d4e-7b7c-4b0e-9f0a-2f0c8f0f1a11')
    assert.equal(templateData.aspectRatio, '16:9')
    assert.deepEqual([templateData.autoEnhance, templateData.autoClank], [false, false])
    assert.ok(!('image' in templateData) && !('soraVideoId' in templateData))
  })
})
