// How options and requests are read, without a browser: the reading is bundled by itself, and realms are Node's.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { facade } from './facade.mjs'

let reading
before(async () => {
  reading = await facade('options', 'named')
})

/** What is given by a client, a call and a wait, as the core gets it. */
function layersOf(...given) {
  const { layers } = given.reduce((before, options) => reading.readOptions(options, before), undefined)
  return JSON.parse(JSON.stringify(layers))
}

/** Runs with members in the `Object.prototype` of a realm. */
function polluted(prototype, members, run) {
  Object.assign(prototype, members)
  try {
    return run()
  } finally {
    for (const name of Object.keys(members)) delete prototype[name]
  }
}

const realm = () => createContext({})

describe('a member is found', () => {
  const holders = {
    'of its own': () => ({ maxPrice: '1' }),
    inherited: () => Object.create({ maxPrice: '1' }),
    'inherited from what has no prototype': () => Object.create(Object.assign(Object.create(null), { maxPrice: '1' })),
    'that is not enumerable': () => Object.defineProperty({}, 'maxPrice', { value: '1' }),
    'by a getter of a class, in a private field': () =>
      new (class {
        #cap = '1'
        get maxPrice() {
          return this.#cap
        }
      })(),
    'by a Proxy without members': () => new Proxy({}, { get: (_, name) => (name === 'maxPrice' ? '1' : undefined) }),
    'of another realm': () => runInContext('({ maxPrice: "1" })', realm()),
    'inherited in another realm': () => runInContext('new (class { get maxPrice() { return "1" } })()', realm()),
  }
  for (const [name, make] of Object.entries(holders)) {
    test(name, () => assert.deepEqual(layersOf(make()), [{ maxPrice: '1' }]))
  }
})

describe('nothing is found', () => {
  const evil = {
    maxPrice: '900',
    payTo: [],
    baseUrl: 'https://evil.example',
    storage: 'memory',
    upload: 'form',
    confirm: () => true,
    per: 'week',
    price: {},
    request: {},
    0: 'evil',
  }

  test('in the Object.prototype of this realm', () => {
    polluted(Object.prototype, evil, () => {
      const given = [{}, undefined, { budget: { amount: '5' } }, { payTo: new Array(1) }]
      assert.deepEqual(layersOf(...given), [{}, {}, { budget: { amount: '5' } }, { payTo: [{}] }])
      const { confirm, storage, upload } = reading.readOptions({}, reading.readOptions())
      assert.deepEqual([confirm, storage, upload], [undefined, undefined, undefined])
      assert.deepEqual({ ...reading.readRequest({ prompt: 'a boat' }) }, { prompt: 'a boat' })
      assert.equal(reading.readPurchase({ prompt: 'a boat' }).quote, undefined)
    })
  })

  test('in the Object.prototype of another realm', () => {
    const other = realm()
    polluted(runInContext('Object.prototype', other), evil, () => {
      assert.deepEqual(layersOf(runInContext('({ timeout: 5 })', other)), [{ timeout: 5 }])
    })
  })

  test('in an empty object', () => {
    const nothing = [undefined, null, {}, { maxPrice: undefined }, Object.create(null)]
    for (const each of nothing) assert.deepEqual(layersOf(each), [{}])
  })
})

test('unknown names are passed on for the core to reject, unless they are undefined', () => {
  assert.deepEqual(layersOf({ maxprice: '1', other: undefined, [Symbol('s')]: 1 }), [{ maxprice: '1' }])
  assert.deepEqual(Object.keys(reading.readOptions(JSON.parse('{"__proto__":{}}')).layers[0]), ['__proto__'])
  assert.deepEqual(layersOf(Object.create({ maxprice: '1' })), [{}], 'methods of classes are no options')
})

test('the page cannot change options that were read', () => {
  const payTo = ['0x01']
  const budget = { amount: '1', per: 'day', other: 5 }
  const { layers } = reading.readOptions({ payTo, budget })
  payTo.push('0x02')
  budget.amount = '9'
  assert.deepEqual(layers, [{ payTo: ['0x01'], budget: { amount: '1', per: 'day' } }])
})

test('values that JSON cannot hold become one that no option accepts', () => {
  const cycle = []
  cycle.push(cycle)
  for (const odd of [5n, () => 5, Symbol('s'), cycle, new Date(), new Map(), new String('5')]) {
    const [{ maxPrice }] = layersOf({ maxPrice: odd })
    assert.ok(typeof maxPrice === 'object' && maxPrice !== null, String(typeof odd))
  }
})

test('each getter runs once, and what it throws becomes the cause', () => {
  let runs = 0
  reading.readOptions({
    get maxPrice() {
      return String(++runs)
    },
  })
  assert.equal(runs, 1)
  const thrown = new Error('not now')
  const broken = {
    get payTo() {
      throw thrown
    },
  }
  assert.throws(() => reading.readOptions(broken), { code: 'invalid_request', paid: 'no', cause: thrown })
  for (const given of ['x', 5, () => {}]) assert.throws(() => reading.readOptions(given), { code: 'invalid_request' })
})

test('the last callback and signal given count, and neither is ever null', () => {
  const [one, other] = [() => true, () => false]
  const client = reading.readOptions({ confirm: one, onEvent: one, storage: 'memory' })
  const call = { confirm: other, onEvent: null, signal: null, storage: undefined }
  const { confirm, onEvent, storage, signal } = reading.readOptions(call, client)
  assert.deepEqual([confirm, onEvent, storage, signal], [other, one, 'memory', undefined])
})

test('a URL is passed on by its address, whatever realm it is from', () => {
  class Address {
    get href() {
      return 'https://service.test/api'
    }
  }
  for (const baseUrl of [new URL('https://service.test/api'), new Address()])
    assert.deepEqual(layersOf({ baseUrl }), [{ baseUrl: { href: 'https://service.test/api' } }])
})

test('what follows on a purchase stays at its service, whose address was allowed when it began', () => {
  const options = reading.readOptions({ baseUrl: 'https://other.test' })
  const { layers } = reading.staying(options, 'http://192.168.1.20:4021')
  assert.deepEqual({ ...layers.at(-1) }, { baseUrl: 'http://192.168.1.20:4021', http: 'private' })
})
