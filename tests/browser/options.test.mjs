// Options and requests as pages give them: of any shape and realm, misspelt, of types that JSON does not have, and with
// an `Object.prototype` that something has written to.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at } from './calls.mjs'
import { assertNothingAsked, open, request } from './client.mjs'
import { SIGN, bodyOf } from './harness.mjs'
import { dapp, openDapp, sandbox, seller, useStage } from './stage.mjs'
import { paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }
const SERVICE = 'https://eliza.getimagine.club'
const EVIL = 'https://evil.example'
const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

// For its chain: the wallet reads balances there, and nothing that a stub seller takes is ever settled.
useStage({ sandbox: {} })

const isRefused = ([code, paid, isOurs]) => code === 'invalid_request' && paid === 'no' && isOurs

describe('options', TIMEOUT, () => {
  test('apply whatever kind of object holds them', async () => {
    await open()
    const outcomes = await dapp.value(
      async (imagine, { request, options: { maxPrice, ...options } }) => {
        const frame = document.body.appendChild(document.createElement('iframe')).contentWindow
        frame.eval('globalThis.Limits = class { get maxPrice() { return "0.50" } }')
        class Limits {
          get maxPrice() {
            return '0.50'
          }
        }
        const limit = { maxPrice: '0.50' }
        const holders = {
          plain: limit,
          frozen: Object.freeze({ ...limit }),
          'without prototype': Object.assign(Object.create(null), limit),
          inherited: Object.create(limit),
          'inherited from one without prototype': Object.create(Object.assign(Object.create(null), limit)),
          'not enumerable': Object.defineProperty({}, 'maxPrice', { value: '0.50' }),
          getter: {
            get maxPrice() {
              return '0.50'
            },
          },
          'getter of a class': new Limits(),
          'getter of a subclass': new (class extends Limits {})(),
          Proxy: new Proxy(limit, {}),
          'Proxy that answers': new Proxy({}, { get: (_, name) => limit[name] }),
          'of an iframe': frame.JSON.parse('{"maxPrice":"0.50"}'),
          'of a class of an iframe': new frame.Limits(),
        }
        const code = (config, call) =>
          imagine
            .createClient(config)
            .submit(request, call)
            .then(
              () => 'bought',
              (error) => error.code,
            )
        const found = []
        for (const [name, holder] of Object.entries(holders)) {
          found.push([name, await code(options, holder), await code(holder, options)])
        }
        return found
      },
      { request, options: at(seller.url) },
    )
    assert.deepEqual(
      outcomes.filter(([, ...codes]) => codes.some((code) => code !== 'price_too_high')),
      [],
    )
    await assertNothingAsked()
  })

  test('with unknown names are rejected, and so are requests', async () => {
    await open()
    const outcomes = await dapp.value(
      async (imagine, { request, options }) => {
        const frame = document.body.appendChild(document.createElement('iframe')).contentWindow
        const misspelt = [
          { maxprice: '0.10' },
          { payto: [] },
          { buget: null },
          { toString: 1 },
          ['0.10'],
          JSON.parse('{"__proto__":{"maxPrice":"0.10"}}'),
          frame.JSON.parse('{"maxprice":"0.10"}'),
        ]
        const calls = misspelt.flatMap((names) => [
          () => imagine.createClient(options).submit(request, names),
          () => imagine.createClient(names).submit(request, options),
          () => imagine.createClient(options).quote(request, names),
          () => imagine.createClient(options).status('t1', names),
          () => imagine.createClient(options).resume(undefined, names),
          () => imagine.createClient(names).resume(),
        ])
        const fields = [{ picture: new Blob() }, { form: true }, { Duration: 8 }, { maxPrice: '0.10' }]
        calls.push(...fields.map((more) => () => imagine.generate({ ...request, ...more }, options)))
        const refusals = []
        for (const call of calls) {
          const error = await call().catch((error) => error)
          const { code, stage, paid } = error ?? {}
          // Of a task or a purchase from before, it is not known whether it was paid.
          const isEarlier = stage === 'wait' || stage === 'payment'
          refusals.push([code, isEarlier && paid === 'unknown' ? 'no' : paid, imagine.isImagineError(error)])
        }
        const { message } = await imagine.generate(request, { ...options, maxprice: '0.10' }).catch((error) => error)
        await imagine.quote(request, { ...options, maxprice: undefined })
        return { refusals, message }
      },
      { request, options: at(seller.url) },
    )
    assert.deepEqual(
      outcomes.refusals.filter((refusal) => !isRefused(refusal)),
      [],
    )
    assert.match(outcomes.message, /`maxprice`.*`maxPrice`/)
    assert.equal(seller.requests.length, 1, 'undefined is left out')
    await assertNothingAsked()
  })

  test('with values that JSON cannot hold are rejected by name, and so are requests', async () => {
    await open()
    const refusals = await dapp.value(
      async (imagine, { request, options }) => {
        const cycle = []
        cycle.push(cycle)
        const found = []
        const tryOut = async (name, fields, more) => {
          const bought = imagine.submit({ ...request, ...fields }, { ...options, ...more })
          const { code, paid, message } = await bought.catch((error) => error)
          found.push([name, code, paid, message?.includes(`\`${name}\``)])
        }
        for (const odd of [5n, () => '0.10', cycle, Symbol('odd'), { toJSON: () => '0.10' }]) {
          const names = [
            'maxPrice',
            'payTo',
            'networks',
            'assets',
            'budget',
            'baseUrl',
            'timeout',
            'pollInterval',
            'upload',
          ]
          for (const name of names) await tryOut(name, {}, { [name]: odd })
          for (const name of ['prompt', 'duration', 'videoModel', 'id', 'autoClank'])
            await tryOut(name, { [name]: odd })
          if (typeof odd !== 'object') await tryOut('extra', { extra: { deep: [odd] } })
        }
        await tryOut('extra', { extra: { cycle } })
        await tryOut('budget', {}, { budget: { amount: 5n, per: 'day' } })
        await tryOut('confirm', {}, { confirm: true })
        await tryOut('onEvent', {}, { onEvent: 'log' })
        return found
      },
      { request, options: at(seller.url) },
    )
    assert.deepEqual(
      refusals.filter(([, ...refusal]) => !isRefused(refusal)),
      [],
    )
    assert.equal(seller.requests.length, 0)
    await assertNothingAsked()
  })

  test('whose getter throws are rejected with what it threw as the cause', async () => {
    await open()
    const seen = await dapp.value(async (imagine, request) => {
      const thrown = new Error('not now')
      const broken = {
        get maxPrice() {
          throw thrown
        },
      }
      const calls = [
        imagine.generate(request, broken),
        imagine.createClient(broken).generate(request),
        imagine.generate({
          get prompt() {
            throw thrown
          },
        }),
        imagine.quote(request, 5),
        imagine.quote('a boat'),
      ]
      const shown = (error) => [error.code, error.paid, imagine.isImagineError(error), error.cause === thrown]
      return Promise.all(calls.map((call) => call.catch(shown)))
    }, request)
    assert.deepEqual(
      seen.map(([, , , isThrown]) => isThrown),
      [true, true, true, false, false],
    )
    assert.deepEqual(
      seen.filter((refusal) => !isRefused(refusal)),
      [],
    )
  })

  test('are read at the time of the call', async () => {
    await open()
    const { code } = await dapp.failure(
      (imagine, { request, options }) => {
        const config = { ...options, payTo: ['0x000000000000000000000000000000000000dEaD'] }
        const calling = { maxPrice: '0.10' }
        const wanted = { ...request }
        const bought = imagine.createClient(config).submit(wanted, calling)
        calling.maxPrice = '9.00'
        config.payTo.pop()
        delete config.payTo
        wanted.prompt = 'Another'
        return bought
      },
      { request, options: at(seller.url) },
    )
    assert.equal(code, 'no_acceptable_offer')
    assert.equal(bodyOf(seller.requests[0]).prompt, request.prompt)
    await assertNothingAsked()
  })
})

describe('a value that a script added to Object.prototype', TIMEOUT, () => {
  /** Everything that the library looks for, as an intruder would like it. */
  const pollute = (evil, other) => {
    const accepted = { id: 'evil', taskId: 'evil', baseUrl: evil }
    Object.assign(Object.prototype, {
      baseUrl: evil,
      maxPrice: '900',
      networks: ['eip155:1'],
      payTo: [other],
      storage: 'memory',
      upload: 'form',
      timeout: 0,
      pollInterval: 1,
      wallet: { request: async () => [other] },
      confirm: () => false,
      per: 'week',
      onEvent: () => (globalThis.heard = true),
      payer: other,
      prompt: 'evil',
      image: 'https://evil.example/x.png',
      extra: { evil: 1 },
      id: 'evil',
      autoClank: true,
      price: { atomic: '1' },
      request: { prompt: 'evil' },
      accepted,
      seal: {},
      task: 'evil',
      quote: { accepted },
      seedless: true,
      form: true,
      taskId: 'evil',
      provider: { request: async () => [other] },
      account: { address: other, type: 'local' },
    })
  }

  test("is ignored: the default service gets the page's own request", async () => {
    await openDapp({ wallet: null })
    const asked = []
    const headers = { 'access-control-allow-origin': '*' }
    await dapp.page.route(/evil\.example|eliza\.getimagine\.club/, (route) => {
      asked.push([route.request().url(), route.request().postDataJSON()])
      return route.fulfill({ status: 402, headers, json: paymentRequired(sandbox).body })
    })
    const codes = await dapp.value(
      async (imagine, { request, pollute, evil, other }) => {
        await imagine.init()
        const clean = Object.keys(Object.prototype)
        eval(`(${pollute})`)(evil, other)
        const calls = [
          () => imagine.submit(request),
          () => imagine.submit(request, {}),
          () => imagine.createClient({}).generate(request, { wallet: 'org.example.none' }),
          () => imagine.submit({ duration: 8 }),
          () => imagine.submit(request, { budget: { amount: '5' } }),
        ]
        const codes = []
        for (const call of calls)
          codes.push(
            await call().then(
              () => 'done',
              (error) => error.code,
            ),
          )
        // Not for the harness to stumble over.
        for (const name of Object.keys(Object.prototype)) if (!clean.includes(name)) delete Object.prototype[name]
        return codes
      },
      { request, pollute: String(pollute), evil: EVIL, other: OTHER },
    )
    assert.deepEqual(codes, ['no_wallet', 'no_wallet', 'no_wallet', 'invalid_request', 'invalid_request'])
    assert.deepEqual(
      asked.map(([url]) => url),
      Array(3).fill(`${SERVICE}/generation/create`),
    )
    const bodies = asked.map(([, { seed, ...body }]) => body)
    assert.deepEqual(bodies, Array(3).fill({ ...request, templateData: { autoEnhance: false, autoClank: false } }))
    assert.equal(await dapp.page.evaluate(() => Object.hasOwn(globalThis, 'heard')), false)
  })

  test('of the frame that the options come from is ignored too, and the purchase goes on', async () => {
    await open()
    const { taskId } = await dapp.value(
      (imagine, { json, pollute, evil, other }) => {
        const frame = document.body.appendChild(document.createElement('iframe')).contentWindow
        frame.eval(`(${pollute})`)(evil, other)
        const [request, options] = frame.JSON.parse(json)
        return imagine.generate(request, options)
      },
      { json: JSON.stringify([request, at(seller.url)]), pollute: String(pollute), evil: EVIL, other: OTHER },
    )
    assert.equal(taskId, 'task-1')
    assert.equal(await dapp.asked(SIGN), 1)
  })
})

describe('every function', TIMEOUT, () => {
  test('rejects with an ImagineError instead of throwing synchronously', async () => {
    await openDapp({ wallet: null })
    const outcomes = await dapp.value(async (imagine) => {
      const bad = imagine.createClient({ storage: 'x' })
      const wallet = { request: async () => [] }
      const calls = {
        tasks: () => bad.tasks(),
        forget: () => bad.forget('x'),
        resume: () => bad.resume(),
        submit: () => bad.submit({ prompt: 'x' }, { wallet }),
        'an unknown option': () => imagine.createClient({ storag: 'memory' }).balance(),
        'a Symbol to forget': () => imagine.forget(Symbol('id')),
        'a bigint to wait': () => imagine.wallets({ waitMs: 5n }),
        'a wallet that is not one': () => imagine.balance({ wallet: 5 }),
        'an address that is not text': () => imagine.balance({ address: { toString: null }, wallet }),
        'a network that is not text': () => imagine.balance({ network: 5n, wallet }),
        'no request': () => imagine.generate(),
        'null for a quote': () => imagine.quote(null),
        'a number': () => imagine.status(5),
        'a wrong checksum': () => imagine.balance({ address: '0x70997970c51812dc3A010C7d01b50e0d17dc79C8', wallet }),
      }
      const found = []
      for (const [name, call] of Object.entries(calls)) {
        try {
          found.push([
            name,
            await call().then(
              () => 'done',
              (error) => imagine.isImagineError(error) && error.code,
            ),
          ])
        } catch {
          found.push([name, 'thrown'])
        }
      }
      const { tasks, wallets, resume, createClient } = imagine
      const fine = await Promise.all([tasks(null), wallets(null), createClient(null).tasks(), resume(undefined, null)])
      return { found: found.filter(([, code]) => code !== 'invalid_request'), fine }
    })
    assert.deepEqual(outcomes, { found: [], fine: [[], [], [], null] })
  })
})

test('a call cannot exempt its purchases from the budget of its client', TIMEOUT, async () => {
  await open()
  const { code, paid, message } = await dapp.failure(
    (imagine, { request, options }) => {
      const client = imagine.createClient({ ...options, budget: { amount: '5.00', per: 'day' } })
      return client.submit(request, { storage: 'memory' })
    },
    { request, options: at(seller.url) },
  )
  assert.deepEqual([code, paid, /`storage`/.test(message)], ['invalid_request', 'no', true])
  await assertNothingAsked()
})
