import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { priceOf } from '../../sandbox/price.mjs'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { create, terms } from './buyer.mjs'
import { fixture } from './fixture.mjs'

let sandbox
before(async () => {
  sandbox = await startSandbox()
})
after(() => sandbox.stop())

/** By the words of the service itself. */
const DEFAULT_MODEL = (await fixture('payment-required')).accepts[0].outputSchema.input.bodyFields.templateData
  .properties.videoModel.default

const price = async (templateData) => (await terms(sandbox, { prompt: 'a cat', templateData })).maxAmountRequired

test('the first answer is the documented 402', async () => {
  const response = await create(sandbox, await fixture('create-request'))
  const expected = await fixture('payment-required')
  expected.accepts[0].resource = `${sandbox.apiUrl}/generation/create`
  assert.equal(response.status, 402)
  assert.deepEqual(await response.json(), expected)
})

test('the price follows model and duration, however templateData is sent', async () => {
  assert.equal(await price(undefined), '1000000')
  assert.equal(await price({ duration: 4 }), '500000')
  assert.equal(await price({ videoModel: DEFAULT_MODEL, duration: 12 }), '1500000')
  assert.equal(await price({ videoModel: 'another' }), '3000000')
  assert.equal(await price({ videoModel: 'another', duration: 4 }), '1500000')
  assert.equal(await price(JSON.stringify({ duration: 4 })), '500000')
})

test('the price is exact and rounded up', () => {
  assert.equal(priceOf(1n, { videoModel: DEFAULT_MODEL, duration: 8 }), 1n)
  assert.equal(priceOf(1n, { duration: 8 }), 1n)
  assert.equal(priceOf(1n, { videoModel: DEFAULT_MODEL, duration: 8.001 }), 2n)
  assert.equal(priceOf(1_000_000n, { videoModel: DEFAULT_MODEL, duration: 0.0001 }), 125n)
  assert.equal(priceOf(999_999_999_999_999n, { videoModel: DEFAULT_MODEL, duration: 16 }), 1_999_999_999_999_998n)
  assert.equal(priceOf(10n, { videoModel: 'constructor', duration: 8 }), 30n)
})

test('a form with a file is priced like JSON', async () => {
  const form = new FormData()
  form.append('prompt', 'a cat')
  form.append('templateData', JSON.stringify({ duration: 4 }))
  form.append('image', new Blob([new Uint8Array(200_000)], { type: 'image/png' }), 'image.png')
  const response = await fetch(`${sandbox.apiUrl}/generation/create`, { method: 'POST', body: form })
  assert.equal(response.status, 402)
  assert.equal((await response.json()).accepts[0].maxAmountRequired, '500000')
})

test('what cannot become a video is refused before payment', async () => {
  const bodies = [
    {},
    [],
    { prompt: '' },
    { prompt: '  ' },
    { prompt: 7 },
    { prompt: 'a cat', templateData: 'no JSON' },
    { prompt: 'a cat', templateData: '[]' },
    { prompt: 'a cat', templateData: null },
    { prompt: 'a cat', templateData: { duration: 0 } },
    { prompt: 'a cat', templateData: { duration: -8 } },
    { prompt: 'a cat', templateData: { duration: '8' } },
    { prompt: 'a cat', templateData: { duration: 1e300 } },
    { prompt: 'a cat', templateData: { videoModel: 7 } },
  ]
  for (const body of bodies) {
    const response = await create(sandbox, body)
    assert.equal(response.status, 400, JSON.stringify(body))
    assert.equal(typeof (await response.json()).error, 'string')
  }
})

test('a body that is no JSON is refused with an error', async () => {
  const post = (body) =>
    fetch(`${sandbox.apiUrl}/generation/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
  const broken = await post('{"prompt":')
  assert.equal(broken.status, 400)
  assert.equal(typeof (await broken.json()).error, 'string')
})

test('pages of every origin may ask, pay and read the receipt', async () => {
  const preflight = await fetch(`${sandbox.apiUrl}/generation/create`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://dapp.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-payment',
    },
  })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
  assert.match(preflight.headers.get('access-control-allow-methods'), /\bPOST\b/)
  assert.match(preflight.headers.get('access-control-allow-headers'), /\bcontent-type\b.*\bx-payment\b/i)
  assert.ok(Number(preflight.headers.get('access-control-max-age')) > 0)

  const answers = [
    [402, await create(sandbox, { prompt: 'a cat' })],
    [400, await create(sandbox, {})],
    [404, await fetch(`${sandbox.apiUrl}/nowhere`)],
    [404, await fetch(`${sandbox.apiUrl}/generation/none/status`)],
  ]
  for (const [status, response] of answers) {
    assert.equal(response.status, status)
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    assert.match(response.headers.get('access-control-expose-headers'), /\bx-payment-response\b/i)
  }
})

test('the requests are on record, in order and without preflights', async () => {
  const from = sandbox.requests.length
  await fetch(`${sandbox.apiUrl}/generation/create`, { method: 'OPTIONS' })
  await create(sandbox, { prompt: 'a cat' })
  await create(sandbox, { prompt: 'a dog' }, 'garbage')
  await fetch(`${sandbox.apiUrl}/generation/none/status`)
  assert.deepEqual(sandbox.requests.slice(from), [
    { method: 'POST', path: '/generation/create', paid: false, body: { prompt: 'a cat' } },
    { method: 'POST', path: '/generation/create', paid: true, payment: 'garbage', body: { prompt: 'a dog' } },
    { method: 'GET', path: '/generation/none/status', paid: false, body: undefined },
  ])
})
