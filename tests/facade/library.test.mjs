// The package as it is published, in the world of `imagine-x402/testing`: what a page gives, and what `fetch` is given.
import assert from 'node:assert/strict'
import path from 'node:path'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { packLibrary } from '../browser/package.mjs'

const SIGN = 'eth_signTypedData_v4'
const PAY_TO = '0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96'
const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const request = { prompt: 'A paper boat' }

let entry
let imagine
let testing
before(async () => {
  const { directory } = await packLibrary()
  entry = pathToFileURL(path.join(directory, 'dist', 'index.js'))
  imagine = await import(entry)
  testing = await import(pathToFileURL(path.join(directory, 'dist', 'testing.js')))
})

let world
let restore
beforeEach(() => {
  world = testing.createTestWorld()
  restore = world.service.install()
})
afterEach(() => restore())

const options = (more) => ({ baseUrl: world.service.baseUrl, wallet: world.wallet, storage: 'memory', ...more })

/** Puts a function before the service: it is given the options of `fetch`, and what asks the service. */
function interceptFetch(handle) {
  const ask = globalThis.fetch
  globalThis.fetch = (url, init) => handle(init, () => ask(url, init))
}

const failure = (work) =>
  work.then(
    () => assert.fail('it should have been rejected'),
    (error) => error,
  )

const prompts = () => world.wallet.requests.filter(({ method }) => method === SIGN).length

async function assertUnpaid(work, expected) {
  const { code, paid } = await failure(work)
  assert.deepEqual([code, paid], [expected, 'no'])
  assert.deepEqual([prompts(), world.service.payments], [0, []])
}

describe('only `true` from `confirm` is a yes:', () => {
  const [word, object, wrapper] = ['yes', {}, new Boolean(true)]
  const no = { false: false, undefined, null: null, 1: 1, 'a word': word, 'an object': object, 'a Boolean': wrapper }
  for (const [name, answer] of Object.entries(no)) {
    for (const [how, confirm] of [
      ['', () => answer],
      ['a promise of ', async () => answer],
    ]) {
      const buy = () => imagine.generate(request, options({ confirm }))
      test(`${how}${name} buys nothing`, () => assertUnpaid(buy(), 'declined'))
    }
  }

  for (const [how, confirm] of [
    ['', () => true],
    ['a promise of ', async () => true],
  ]) {
    test(`${how}true buys`, async () => {
      await imagine.submit(request, options({ confirm }))
      assert.deepEqual([prompts(), world.service.payments.length], [1, 1])
    })
  }

  test('what `confirm` throws is the cause of an error with `paid: no`', async () => {
    const thrown = new Error('broken dialog')
    for (const confirm of [
      () => {
        throw thrown
      },
      () => Promise.reject(thrown),
    ]) {
      const error = await failure(imagine.generate(request, options({ confirm })))
      assert.deepEqual([error.code, error.paid, error.retry, error.cause], ['declined', 'no', 'safe', thrown])
    }
    assert.equal(prompts(), 0)
  })
})

describe('a call cannot lift a limit of its client with another value:', () => {
  const limits = [
    ['payTo', [OTHER], [PAY_TO], 'no_acceptable_offer'],
    ['networks', ['eip155:84532'], ['eip155:8453'], 'no_acceptable_offer'],
    ['budget', { amount: '0.50', per: 'day' }, { amount: '50.00', per: 'day' }, 'budget_exceeded'],
  ]
  for (const [name, bound, called, code] of limits) {
    test(name, async () => {
      const client = imagine.createClient(options({ [name]: bound }))
      await assertUnpaid(client.submit(request, { [name]: called }), code)
      await assertUnpaid(client.generate(request, { [name]: called }), code)
      const quoting = client.quote(request, { [name]: called })
      if (name !== 'budget') await assertUnpaid(quoting, code)
      else await assertUnpaid(client.submit(await quoting, { [name]: called }), code)
    })
  }

  test('a call can lower the maximum price of its client', async () => {
    const client = imagine.createClient(options({ maxPrice: '5.00' }))
    await assertUnpaid(client.submit(request, { maxPrice: '0.99' }), 'price_too_high')
  })
})

describe('an aborted poll is not reported as unpaid:', () => {
  const assertUnknown = ({ code, paid }) => assert.deepEqual([code, paid], ['aborted', 'unknown'])

  test('before it begins', async () => {
    assertUnknown(await failure(imagine.status('task-1', options({ signal: AbortSignal.abort() }))))
  })

  test('while it is in progress', async () => {
    const leaving = new AbortController()
    interceptFetch(() => {
      leaving.abort()
      return new Promise(() => {})
    })
    assertUnknown(await failure(imagine.status('task-1', options({ signal: leaving.signal }))))
  })
})

test('a call whose signal has already fired sends nothing, loaded or not', async () => {
  await imagine.init()
  const reason = new Error('left')
  const given = options({ signal: AbortSignal.abort(reason) })
  for (const name of ['quote', 'submit', 'generate', 'status']) {
    const { code, cause } = await failure(imagine[name](name === 'status' ? 'task-1' : request, given))
    assert.deepEqual([code, cause], ['aborted', reason], name)
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual([world.service.requests, world.wallet.requests], [[], []])
})

describe('a WebAssembly that did not load', () => {
  const { instantiate } = WebAssembly
  afterEach(() => {
    WebAssembly.instantiate = instantiate
  })
  const anew = (name) => import(`${entry}?${name}`)

  test('is loaded by the next call', async () => {
    const { quote } = await anew('again')
    const cause = new Error('blocked')
    WebAssembly.instantiate = () => Promise.reject(cause)
    const error = await failure(quote(request, options()))
    assert.deepEqual([error.code, error.paid, error.cause], ['unsupported_environment', 'no', cause])
    WebAssembly.instantiate = instantiate
    assert.equal((await quote(request, options())).price.amount, '1.00')
  })

  test('is loaded by `init()` from another source', async () => {
    const { init, quote } = await anew('init')
    assert.equal((await failure(init(new Uint8Array([0, 1, 2])))).code, 'unsupported_environment')
    await init()
    assert.equal((await quote(request, options())).price.amount, '1.00')
  })

  test('is loaded once for simultaneous calls', async () => {
    const { quote } = await anew('once')
    let loads = 0
    WebAssembly.instantiate = (...given) => {
      loads += 1
      return instantiate(...given)
    }
    await Promise.all([quote(request, options()), quote({ prompt: 'Another boat' }, options())])
    assert.equal(loads, 1)
  })
})

describe('every request', () => {
  const known = []
  beforeEach(() => {
    known.length = 0
    interceptFetch((init, ask) => {
      known.push(init)
      return ask()
    })
  })

  /** The price, the payment and a look. */
  const seen = async () => {
    const task = await imagine.submit(request, options())
    await task.refresh()
    assert.equal(known.length, 3)
    return known.map(({ credentials, cache, redirect }) => ({ credentials, cache, redirect }))
  }

  test('sends no cookies, bypasses the cache, and follows no redirect', async () => {
    const strict = { credentials: 'omit', cache: 'no-store', redirect: 'error' }
    assert.deepEqual(await seen(), Array(3).fill(strict))
  })

  test('follows no redirect if the environment knows neither cookies nor a cache', async () => {
    const { Request } = globalThis
    globalThis.Request = class extends Request {
      constructor(url, init = {}) {
        for (const name of ['credentials', 'cache']) if (name in init) throw new Error(`\`${name}\` is not implemented`)
        super(url, init)
      }
    }
    try {
      const lax = { credentials: undefined, cache: undefined, redirect: 'manual' }
      assert.deepEqual(await seen(), Array(3).fill(lax))
    } finally {
      globalThis.Request = Request
    }
  })
})

test('non-ASCII text arrives unchanged, and the same request is the same purchase', async () => {
  const named = { prompt: '紙の船 🛶 é', id: 'job-8', extra: { stil: 'Größe' } }
  const first = await imagine.submit(named, options())
  const sent = world.service.requests.map(({ body }) => [body.prompt, body.templateData.stil])
  assert.deepEqual(sent, Array(2).fill(['紙の船 🛶 é', 'Größe']))
  const { taskId } = await imagine.submit(named, options())
  assert.equal(taskId, first.taskId)
  assert.equal((await failure(imagine.submit({ ...named, prompt: '紙の船 🛶 è' }, options()))).code, 'invalid_request')
  assert.equal(world.service.payments.length, 1)
})
