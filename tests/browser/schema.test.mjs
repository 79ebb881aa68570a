// What a seller says of its parameters: read before the wallet is asked, and held against the request.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, generate, quote } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { assertOnePayment, balances, open, request } from './purchase.mjs'
import { dapp, openSandbox, openSeller, sandbox, seller, useStage } from './stage.mjs'
import { paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 600_000 }
const MODELS = ['xai-grok-imagine', 'fal-kling-o3']

useStage({ sandbox: { stepMs: 100 } })

/** A seller that lists its models in its 402. */
const listing = (models) =>
  paymentRequired(sandbox, {
    outputSchema: {
      input: {
        type: 'http',
        method: 'POST',
        bodyFields: {
          prompt: { type: 'string', required: true },
          templateData: { type: 'string', properties: { videoModel: { type: 'string', enum: models } } },
        },
      },
    },
  })

describe("the seller's own words", TIMEOUT, () => {
  test('a model that the seller does not list is refused with its models, before the wallet is asked', async () => {
    await openSeller({ probe: listing(MODELS) })
    await open()
    const asked = { ...request, videoModel: 'sora' }
    const offer = await dapp.value(quote, { request: asked, options: at(seller.url) })
    assert.deepEqual(offer.models, MODELS)
    assert.equal(offer.schema.prompt.required, true)
    assert.equal(offer.problems.length, 1)
    for (const given of [asked, offer]) {
      const { code, paid, retry, details } = await dapp.failure(generate, { request: given, options: at(seller.url) })
      assert.deepEqual([code, paid, retry], ['request_unsupported', 'no', 'never'])
      assert.deepEqual(details.problems, [
        {
          field: 'videoModel',
          problem: 'not_allowed',
          message: '`videoModel` takes xai-grok-imagine, fal-kling-o3',
          allowed: MODELS,
        },
      ])
    }
    assert.deepEqual([await dapp.asked('eth_requestAccounts'), await dapp.asked(SIGN)], [0, 0])
  })

  test('the list of today counts, not that of yesterday', async () => {
    const asked = { ...request, videoModel: 'fal-kling-o3' }
    await openSeller({})
    await open()
    const ask = async (models) => {
      seller.answer({ probe: listing(models) })
      return dapp.value(quote, { request: asked, options: at(seller.url) })
    }
    const [before, after] = [await ask(MODELS), await ask(['xai-grok-imagine', 'veo-3'])]
    assert.equal(before.problems, undefined)
    assert.deepEqual(after.models, ['xai-grok-imagine', 'veo-3'])
    assert.equal(after.problems[0].field, 'videoModel')
  })

  test("the documented service's list of one rules no model out, and is paid", async () => {
    await open()
    const asked = { ...request, videoModel: 'another' }
    const options = at(sandbox.apiUrl, { maxPrice: '5.00' })
    const offer = await dapp.value(quote, { request: asked, options })
    assert.deepEqual([offer.models, offer.problems], [['sora'], undefined])
    await assertOnePayment(() => dapp.value(generate, { request: asked, options }), { price: 3_000_000n })
  })
})

describe('a seller that lists its models of today', TIMEOUT, () => {
  for (const x402 of [1, 2]) {
    test(`in version ${x402}: one of them is paid for, and one that is gone is not`, async () => {
      const own = await openSandbox({ stepMs: 100, x402, models: MODELS })
      await open()
      const asked = { ...request, videoModel: MODELS[0] }
      const options = at(own.apiUrl)
      const offer = await dapp.value(quote, { request: asked, options })
      assert.deepEqual([offer.models, offer.problems], [MODELS, undefined])
      await assertOnePayment(() => dapp.value(generate, { request: asked, options }))
      own.list(['fal-kling-o3', 'veo-3'])
      const earlier = await balances()
      const error = await dapp.failure(generate, { request: { ...asked, id: 'again' }, options })
      assert.equal(error.code, 'request_unsupported', JSON.stringify(error))
      assert.deepEqual(error.details.problems[0].allowed, ['fal-kling-o3', 'veo-3'])
      assert.deepEqual(await balances(), earlier)
    })
  }

  test('a model that goes between the quote and the payment is paid for, and the error says so', async () => {
    const own = await openSandbox({ stepMs: 100, models: MODELS })
    await open()
    const offer = await dapp.value(quote, { request: { ...request, videoModel: MODELS[0] }, options: at(own.apiUrl) })
    own.list(['fal-kling-o3'])
    const { code, paid, retry, details } = await dapp.failure(generate, { request: offer, options: at(own.apiUrl) })
    assert.deepEqual([code, paid, retry], ['generation_failed', 'yes', 'pays_again'])
    assert.equal(details.reason, 'xai-grok-imagine is no longer available')
  })
})

describe('another dialect', TIMEOUT, () => {
  test('a service that takes templateData as text alone is asked once more, and paid for what it priced', async () => {
    const own = await openSandbox({ stepMs: 100, templateData: 'text' })
    await open()
    const { watch } = await assertOnePayment(() => dapp.value(generate, { request, options: at(own.apiUrl) }))
    const bodies = watch.creates().map(({ body }) => body)
    assert.deepEqual(
      bodies.map(({ templateData }) => typeof templateData),
      ['object', 'string', 'string'],
    )
    assert.deepEqual(bodies[1], bodies[2])
  })

  test("ClawdVine's flat body is paid for, with a picture", async () => {
    const own = await openSandbox({ stepMs: 100, dialect: 'clawdvine' })
    await open()
    const image = 'https://media.test/cat.png'
    const options = at(own.apiUrl, { dialect: 'clawdvine' })
    const { watch } = await assertOnePayment(() => dapp.value(generate, { request: { ...request, image }, options }))
    const { prompt, duration, imageData, autoEnhance, templateData } = watch.paid()[0].body
    assert.deepEqual([prompt, duration, autoEnhance], [request.prompt, 8, false])
    assert.deepEqual([imageData, templateData], [image, undefined])
  })
})

test('headers in Latin-1 of the official seller are read', TIMEOUT, async () => {
  const own = await openSandbox({ stepMs: 100, x402: 2, fault: 'headers-latin-1' })
  await open()
  await dapp.value(generate, { request, options: at(own.apiUrl) })
  const { payment } = own.requests.find(({ paid }) => paid)
  const { resource } = JSON.parse(Buffer.from(payment, 'base64'))
  assert.equal(resource.description, 'Vidéo à la carte')
})

test('the models of ClawdVine are those of its free list', TIMEOUT, async () => {
  const own = await openSandbox({ stepMs: 100, dialect: 'clawdvine', models: ['xai-grok-imagine', 'fal-kling-o3'] })
  await open()
  const quote = (imagine, { request, options }) => imagine.quote(request, options)
  const options = at(own.apiUrl, { dialect: 'clawdvine' })
  const { models, price } = await dapp.value(quote, { request, options })
  assert.deepEqual(models, ['xai-grok-imagine', 'fal-kling-o3'])
  own.list(null)
  const without = await dapp.value(quote, { request, options })
  assert.deepEqual([without.models, without.price], [undefined, price], 'a service without a list has a price')
})

test('a header in Latin-1 is read, and paid in ASCII', TIMEOUT, async () => {
  const { accepts } = paymentRequired(sandbox).body
  const { maxAmountRequired: amount, network: _, ...offer } = accepts[0]
  const terms = {
    x402Version: '2',
    resource: { url: 'https://seller.test/generation/create', description: 'Café, crème brûlée' },
    accepts: [{ ...offer, amount, network: 'eip155:8453' }],
  }
  const header = Buffer.from(JSON.stringify(terms), 'latin1').toString('base64')
  await openSeller({ probe: { status: 402, headers: { 'payment-required': header }, body: {} } })
  await open()
  await dapp.value(generate, { request, options: at(seller.url) })
  const paid = Buffer.from(seller.requests.find(({ paid }) => paid).payment, 'base64')
  assert.ok(paid.every((byte) => byte < 0x80))
  assert.equal(JSON.parse(paid).resource.description, 'Café, crème brûlée')
})
