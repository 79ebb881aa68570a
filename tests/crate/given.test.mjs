// What the crate is given: read by name when the call is made, whatever its prototype or shape; and what throws where nobody expects it.
import assert from 'node:assert/strict'
import { afterEach, before, describe, test } from 'node:test'
import { failureOf, OFFER, openCrate, openStore } from './crate.mjs'

const TIMEOUT = { timeout: 30_000 }

let crate
before(async () => {
  crate = await openCrate()
})

const { fetch } = globalThis
afterEach(() => {
  globalThis.fetch = fetch
})

/** A seller who asks for 1.40. Returns the requests that it got. */
function openSeller() {
  const sent = []
  globalThis.fetch = async (url, init) => {
    sent.push({ url, ...init })
    return Response.json({ x402Version: 1, accepts: [OFFER] }, { status: 402 })
  }
  return sent
}

const throws = (name) => Object.defineProperty({}, name, { enumerable: true, get: () => assert.fail('not for you') })
const BASE = { baseUrl: 'https://seller.test' }
const buy = (options, request = { prompt: 'a boat' }) => failureOf(crate.submit(request, options))

describe('limits', TIMEOUT, () => {
  const given = {
    'on a prototype': () => Object.assign(Object.create({ maxPrice: '0.01' }), BASE),
    'by a getter of a class': () =>
      Object.assign(
        new (class {
          get maxPrice() {
            return '0.01'
          }
        })(),
        BASE,
      ),
    'that cannot be listed': () => Object.defineProperty({ ...BASE }, 'maxPrice', { value: '0.01' }),
    'in the first of two objects': () => [{ ...BASE, maxPrice: '0.01' }, {}],
  }
  for (const [how, options] of Object.entries(given)) {
    test(`${how} are obeyed`, async () => {
      openSeller()
      assert.equal((await buy(options())).code, 'price_too_high')
    })
  }

  const unreadable = {
    'one that throws': () => Object.assign(throws('maxPrice'), BASE),
    'another that throws': () => Object.assign(throws('onEvent'), { ...BASE, maxPrice: '0.01' }),
    'a Proxy that cannot be listed': () => new Proxy({ ...BASE }, { ownKeys: () => assert.fail('not for you') }),
    'a list in a list': () => [[{ maxPrice: '0.01' }], { ...BASE }],
    'a misspelt one on a list': () => [{ ...BASE, maxprice: '0.01' }],
    'a `confirm` that is none': () => ({ ...BASE, confirm: false }),
    'a `signal` that is none': () => ({ ...BASE, signal: new AbortController() }),
    'a word': () => 'maxPrice',
  }
  for (const [what, options] of Object.entries(unreadable)) {
    test(`${what}: an error, and nothing was sent`, async () => {
      const sent = openSeller()
      const failure = await buy(options())
      assert.deepEqual([failure.code, failure.paid, sent.length], ['invalid_request', 'no', 0])
    })
  }
})

describe('a request', TIMEOUT, () => {
  test('is read at the time of the call', async () => {
    const sent = openSeller()
    const request = { prompt: 'a boat', extra: { style: { mood: 'calm' } } }
    const buying = buy({ ...BASE, maxPrice: '0.01' }, request)
    request.prompt = 'a ship'
    request.extra.style.mood = 'wild'
    await buying
    const body = JSON.parse(sent[0].body)
    assert.deepEqual([body.prompt, body.templateData.style], ['a boat', { mood: 'calm' }])
  })

  test('with values that JSON cannot hold is rejected', async () => {
    const circle = {}
    circle.itself = circle
    for (const extra of [{ n: 10n }, circle, throws('n'), { toJSON: () => assert.fail('no') }]) {
      const sent = openSeller()
      const failure = await buy(BASE, { prompt: 'a boat', extra })
      assert.deepEqual([failure.code, sent.length], ['invalid_request', 0])
    }
  })

  test('that cannot be read is rejected', async () => {
    for (const request of [throws('prompt'), 5, 'a boat', undefined, null, []]) {
      assert.equal((await failureOf(crate.submit(request, BASE))).code, 'invalid_request')
    }
  })
})

test('ids of the wrong type reject the promise', TIMEOUT, async () => {
  const storage = openStore()
  const calls = [
    () => crate.status(),
    () => crate.status(5),
    () => crate.wait(null, {}),
    () => crate.refresh({}, {}),
    () => crate.resume(5, { storage }),
    () => crate.forget(undefined, { storage }),
  ]
  for (const call of calls) assert.equal((await failureOf(call())).code, 'invalid_request')
})

describe('a promise of the page that throws when awaited', TIMEOUT, () => {
  /** As often as would use up the stack of the WebAssembly, if each took some of it. */
  const OFTEN = 150
  const withMember = (value, name, descriptor) => Object.defineProperty(Promise.resolve(value), name, descriptor)
  const odd = {
    'a `then` that throws': (value) => withMember(value, 'then', { value: () => assert.fail('not for you') }),
    'a `then` that is none': (value) => withMember(value, 'then', { value: 5 }),
    'a `constructor` that throws': (value) =>
      withMember(value, 'constructor', { get: () => assert.fail('not for you') }),
  }
  for (const [what, make] of Object.entries(odd)) {
    test(`of a store: ${what}`, async () => {
      openSeller()
      const store = openStore()
      const settled = (call) =>
        call.then(
          () => 'value',
          (failure) => failure.code,
        )
      for (let round = 0; round < OFTEN; round++) {
        await settled(crate.tasks({}, { storage: { ...store, list: () => make([]) } }))
        await settled(crate.status('t1', { ...BASE, storage: { ...store, read: () => make(undefined) } }))
      }
      assert.deepEqual(await crate.tasks({}, { storage: store }), [])
    })
  }

  test('of `fetch`, its headers and its body: an error, and the library works on', async () => {
    const bytes = new TextEncoder().encode('{}')
    const answers = [
      {
        status: 402,
        headers: new Headers(),
        body: { getReader: () => ({ read: async () => ({ value: new Proxy(bytes, {}) }) }) },
      },
      {
        status: 402,
        headers: new Headers(),
        body: { getReader: () => ({ read: async () => ({ value: throws('length') }) }) },
      },
      Object.defineProperty({ status: 402, text: async () => '{}' }, 'headers', { get: () => assert.fail('no') }),
      { status: 402, headers: throws('get'), text: async () => '{}' },
    ]
    for (let round = 0; round < OFTEN; round++) {
      globalThis.fetch = () => odd['a `constructor` that throws'](answers[round % answers.length])
      const { code, paid } = await buy(BASE)
      assert.ok(['network', 'http', 'bad_response', 'no_acceptable_offer'].includes(code), code)
      assert.equal(paid, 'no')
    }
    openSeller()
    assert.equal((await crate.quote({ prompt: 'a boat' }, BASE)).price.atomic, '1400000')
  })
})

test('a body of endless empty chunks is not read for ever', TIMEOUT, async () => {
  const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(0)) })
  globalThis.fetch = async () => new Response(body, { status: 402 })
  assert.equal((await buy(BASE)).paid, 'no')
})

test('a list of non-records is an error: a budget would count as unspent', TIMEOUT, async () => {
  for (const junk of [['{"id":"a"}'], [null], [5], 'records']) {
    const storage = { ...openStore(), list: async () => junk }
    const budget = { amount: '2.00', per: 'day' }
    assert.equal((await failureOf(crate.budget({ storage, budget }))).code, 'unsupported_environment')
  }
})
