// What a client binds and a call changes, which quotes are still good, and what errors say.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { build } from 'esbuild'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { at, generate, passTime, quote } from './calls.mjs'
import { SIGN, bodyOf, createUser, openStage, startStubSeller, walletFor } from './harness.mjs'
import { ROOT } from './package.mjs'
import { accepted, completed, paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }
const CONNECT = 'wallet_requestPermissions'
const SIGNATURE = 'eth_signTypedData'
const SERVICE = 'https://eliza.getimagine.club'
const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const request = { prompt: 'A paper boat on a neon river' }

let stage
/** For its chain: the wallet reads balances there, and nothing that a stub seller takes is ever settled. */
let sandbox
let sellers = []
let seller
let dapp

before(async () => {
  stage = await openStage()
  sandbox = await startSandbox()
})
afterEach(async () => {
  await dapp?.close()
  await Promise.all(sellers.map((seller) => seller.stop()))
  sellers = []
  dapp = seller = undefined
})
after(async () => {
  await stage?.close()
  await sandbox?.stop()
})

async function startSeller(script) {
  const started = await startStubSeller()
  started.answer({ probe: paymentRequired(sandbox), paid: accepted('task-1'), status: completed, ...script })
  sellers.push(started)
  return started
}

async function open(script, { wallet = walletFor(sandbox), ...options } = {}) {
  seller = await startSeller(script)
  dapp = await stage.openDapp({ wallet, ...options })
}

const buy = (overrides) => [generate, { request, options: at(seller.url, overrides) }]
const paidTo = ({ requests }) => requests.filter(({ paid }) => paid)

function assertInvalid({ code, paid, branded, class: isOurs }) {
  assert.deepEqual({ code, paid, branded, isOurs }, { code: 'invalid_request', paid: 'no', branded: true, isOurs: true })
}

async function assertNothingAsked() {
  assert.equal(dapp.user.count(), 0, 'prompts')
  assert.equal(await dapp.asked(SIGN), 0, 'signatures')
  for (const each of sellers) assert.equal(paidTo(each).length, 0, 'paid requests')
}

describe('createClient', TIMEOUT, () => {
  const bound = (imagine, { request, options }, dapp) =>
    imagine.createClient({ ...options, ...dapp.watch, signal: dapp.controller.signal }).generate(request)

  test('its callbacks hear the wait', async () => {
    await open()
    await dapp.value(bound, { request, options: at(seller.url) })
    const types = (await dapp.events()).map(({ type }) => type)
    assert.deepEqual(types.slice(-3), ['accepted', 'status', 'done'])
    const progress = await dapp.page.evaluate(() => globalThis.dapp.progress)
    assert.deepEqual(progress.map(({ percent }) => percent), [100])
  })

  test('its signal ends the wait', async () => {
    await open({ status: { status: 202, body: { status: 'queued' } } })
    const running = dapp.run(bound, { request, options: at(seller.url) })
    await dapp.untilEvent('status')
    await dapp.abort('object')
    const { error } = await running
    assert.deepEqual([error?.code, error?.paid, error?.taskId], ['aborted', 'yes', 'task-1'])
    assert.ok(error.causeIsReason, 'the cause is the reason itself')
  })

  const lifted = [
    ['maxPrice', { maxPrice: '0.10' }, { maxPrice: null }, 'price_too_high'],
    ['payTo', { payTo: [OTHER] }, { payTo: null }, 'no_acceptable_offer'],
    ['networks', { networks: ['eip155:84532'] }, { networks: null }, 'no_acceptable_offer'],
  ]
  for (const [name, limits, options, expected] of lifted) {
    test(`null does not lift its ${name}`, async () => {
      await open()
      const call = (imagine, { request, config, options }) => imagine.createClient(config).submit(request, options)
      const { code, paid } = await dapp.failure(call, { request, config: at(seller.url, limits), options })
      assert.deepEqual([code, paid], [expected, 'no'])
      await assertNothingAsked()
    })
  }

  test('null for all options is like none', async () => {
    await open({}, { wallet: null })
    const call = (imagine, { request, config }) => imagine.createClient(config).generate(request, null)
    const { code, paid } = await dapp.failure(call, { request, config: at(seller.url) })
    assert.deepEqual([code, paid], ['no_wallet', 'no'])
  })

  test('null for the options of the unbound function is like none', async () => {
    dapp = await stage.openDapp()
    const asked = []
    const { status, body } = paymentRequired(sandbox)
    const headers = { 'access-control-allow-origin': '*' }
    await dapp.page.route(`${SERVICE}/**`, (route) => {
      asked.push(route.request().url())
      return route.fulfill({ status, headers, json: body })
    })
    const { code, paid } = await dapp.failure((imagine, request) => imagine.generate(request, null), request)
    assert.deepEqual([code, paid], ['no_wallet', 'no'])
    assert.deepEqual(asked, [`${SERVICE}/generation/create`])
  })
})

describe('a quote', TIMEOUT, () => {
  const ways = [
    ['a call', (imagine, { quoted, options }) => imagine.generate(quoted, options)],
    ['a client', (imagine, { quoted, options }) => imagine.createClient(options).submit(quoted)],
  ]
  for (const [name, call] of ways) {
    test(`of another service is refused by ${name}`, async () => {
      await open()
      const elsewhere = await startSeller()
      const quoted = await dapp.value(quote, { request, options: at(seller.url) })
      assertInvalid(await dapp.failure(call, { quoted, options: at(elsewhere.url) }))
      await assertNothingAsked()
      assert.deepEqual([seller.requests.length, elsewhere.requests.length], [1, 0], 'requests')
    })
  }

  const changes = [
    ['another duration', (quote) => ({ ...quote, request: { ...quote.request, duration: 60 } })],
    ['another prompt', (quote) => ({ ...quote, request: { ...quote.request, prompt: 'A whole fleet' } })],
    ['another price', (quote) => ({ ...quote, price: { ...quote.price, amount: '0.01', atomic: '10000' } })],
  ]
  for (const [name, change] of changes) {
    test(`with ${name} is refused`, async () => {
      await open()
      const quoted = change(await dapp.value(quote, { request, options: at(seller.url) }))
      assertInvalid(await dapp.failure((imagine, { quoted, options }) => imagine.submit(quoted, options), { quoted, options: at(seller.url) }))
      await assertNothingAsked()
    })
  }

  test('that has been through JSON pays', async () => {
    await open()
    await dapp.value(async (imagine, { request, options }) => {
      const quoted = JSON.parse(JSON.stringify(await imagine.quote(request, options)))
      await imagine.submit(quoted, options)
    }, { request: { ...request, duration: 8, extra: { aspectRatio: '16:9' } }, options: at(seller.url) })
    assert.deepEqual([seller.requests.length, paidTo(seller).length], [2, 1])
    assert.equal(await dapp.asked(SIGN), 1)
  })

  test('of a task that was taken unpaid is watched where it was taken', async () => {
    await open({ probe: accepted('task-1') })
    const elsewhere = await startSeller()
    const [waited, looked] = await dapp.value(async (imagine, { request, here, there }) => {
      const quoted = await imagine.createClient(here).quote(request)
      const task = await imagine.createClient(there).submit(quoted)
      return [(await task.wait()).taskId, (await task.refresh()).status]
    }, { request, here: at(seller.url), there: at(elsewhere.url) })
    assert.deepEqual([waited, looked], ['task-1', 'completed'])
    assert.deepEqual(seller.requests.map(({ method }) => method), ['POST', 'GET', 'GET'])
    assert.equal(elsewhere.requests.length, 0)
  })

  test('of a task that was taken unpaid stays there when the purchase names another service', async () => {
    await open({ probe: accepted('task-1') })
    const elsewhere = await startSeller()
    const { taskId } = await dapp.value(async (imagine, { request, here, there }) => {
      return imagine.generate(await imagine.quote(request, here), there)
    }, { request, here: at(seller.url), there: at(elsewhere.url) })
    assert.equal(taskId, 'task-1')
    assert.deepEqual([seller.requests.length, elsewhere.requests.length], [2, 0])
  })

  test('of an offer whose time is beyond all measure is not made', async () => {
    await open({ probe: paymentRequired(sandbox, { maxTimeoutSeconds: 1e19 }) })
    const { code, paid } = await dapp.failure(...buy())
    assert.deepEqual([code, paid], ['no_acceptable_offer', 'no'])
    await assertNothingAsked()
  })
})

describe('the request', TIMEOUT, () => {
  test('extra loses what is undefined', async () => {
    await open({}, { wallet: null })
    await dapp.value((imagine, { request, options }) =>
      imagine.quote({ ...request, extra: { a: undefined, b: 1 } }, options), { request, options: at(seller.url) })
    const { templateData } = bodyOf(seller.requests[0])
    assert.equal(templateData.b, 1)
    assert.ok(!('a' in templateData))
  })

  test('extra that goes in circles is refused', async () => {
    await open()
    assertInvalid(await dapp.failure((imagine, { request, options }) => {
      const extra = {}
      extra.self = extra
      return imagine.generate({ ...request, extra }, options)
    }, { request, options: at(seller.url) }))
    assert.equal(seller.requests.length, 0)
  })

  test('status of no task is refused', async () => {
    await open({}, { wallet: null })
    const { code } = await dapp.failure((imagine, { options }) => imagine.status(undefined, options), { options: { baseUrl: seller.url } })
    assert.equal(code, 'invalid_request')
    assert.equal(seller.requests.length, 0)
  })
})

describe('the answer', TIMEOUT, () => {
  test('to the payment that is lost: the error has the id that was posted', async () => {
    const tooLate = () => passTime(sandbox, 120).then(() => 'drop')
    await open({ paid: tooLate, status: { status: 404, body: { status: 'not_found' } } })
    const { code, details } = await dapp.failure(...buy())
    assert.equal(code, 'payment_rejected')
    const { seed } = bodyOf(paidTo(seller)[0])
    assert.ok(seed, 'a seed was posted')
    assert.equal(details.id, seed)
  })

  test('may name the task by a number', async () => {
    await open({ paid: accepted(17) })
    const { taskId, receipt } = await dapp.value(...buy())
    assert.deepEqual([taskId, receipt.taskId], ['17', '17'])
    assert.equal(seller.requests.at(-1).path, '/generation/17/status')
  })

  test('that fetch does not give is an error of the network', async () => {
    await open({}, { wallet: null })
    const call = async (imagine, { request, options }) => {
      await imagine.init()
      const { fetch } = globalThis
      globalThis.fetch = () => Promise.resolve(undefined)
      try {
        return await imagine.quote(request, options)
      } finally {
        globalThis.fetch = fetch
      }
    }
    const { code, paid } = await dapp.failure(call, { request, options: at(seller.url) })
    assert.deepEqual([code, paid], ['network', 'no'])
    const { price } = await dapp.value(quote, { request, options: at(seller.url) })
    assert.equal(price.amount, '1.00')
  })
})

describe('the wallet', TIMEOUT, () => {
  test('is asked to connect anew when the caller has left an open prompt', async () => {
    await open({}, { user: createUser({ [CONNECT]: 'waits' }) })
    const running = dapp.run(...buy())
    await dapp.user.opened(CONNECT)
    await dapp.abort('Error')
    const { error } = await running
    assert.deepEqual([error?.code, error?.paid], ['aborted', 'no'])
    const again = await dapp.failure((imagine, { request, options }) => imagine.generate(request, options), buy()[1])
    assert.deepEqual([again.code, again.paid, again.cause.code], ['wallet_busy', 'no', -32002])
    assert.equal(await dapp.asked('eth_requestAccounts'), 2)
  })

  describe('as a client of viem', () => {
    let viem
    before(async () => {
      const contents = `import { createWalletClient, custom } from 'viem'
        globalThis.viemClient = (provider) => createWalletClient({ transport: custom(provider) })`
      const { outputFiles } = await build({ stdin: { contents, resolveDir: ROOT }, bundle: true, write: false, format: 'iife' })
      viem = outputFiles[0].text
    })

    /** Buys with a viem client whose wallet throws an error without a code at `failing`. */
    const fail = (imagine, { request, options, failing }, dapp) => {
      dapp.methods = []
      const provider = {
        async request(call) {
          dapp.methods.push(call.method)
          if (call.method === failing) throw new Error('the device is gone')
          return globalThis.ethereum.request(call)
        },
      }
      return imagine.generate(request, { ...options, wallet: globalThis.viemClient(provider) })
    }

    const openWithViem = async (answers) => {
      await open({}, { user: createUser(answers) })
      await dapp.page.addScriptTag({ content: viem })
    }
    const asked = async (method) => (await dapp.page.evaluate(() => globalThis.dapp.methods)).filter((each) => each === method).length

    test('pays', async () => {
      await openWithViem()
      await dapp.value(fail, { request, options: at(seller.url) })
      assert.equal(await asked(SIGN), 1)
      assert.equal(paidTo(seller).length, 1)
    })

    test('is asked once to sign by a visitor who refuses', async () => {
      await openWithViem({ [SIGNATURE]: false })
      const { code, paid } = await dapp.failure(fail, { request, options: at(seller.url) })
      assert.deepEqual([code, paid, await asked(SIGN)], ['user_rejected', 'no', 1])
    })

    for (const method of ['eth_requestAccounts', SIGN]) {
      test(`is asked once when ${method} fails for no known reason`, async () => {
        await openWithViem()
        const { code, paid } = await dapp.failure(fail, { request, options: at(seller.url), failing: method })
        assert.deepEqual([code, paid, await asked(method)], ['wallet_error', 'no', 1])
        assert.equal(paidTo(seller).length, 0)
      })
    }
  })
})

test('an error of another copy of the library is recognised', TIMEOUT, async () => {
  dapp = await stage.openDapp()
  const seen = await dapp.value(async (imagine) => {
    const other = await import('imagine-x402/url')
    const error = await other.generate({ prompt: '' }).catch((error) => error)
    const [ours, theirs] = [imagine, other].map(({ ImagineError }) => error instanceof ImagineError)
    return { ours, theirs, recognised: imagine.isImagineError(error), others: [new Error('no'), { code: 'network' }, null].map(imagine.isImagineError) }
  })
  assert.deepEqual(seen, { ours: false, theirs: true, recognised: true, others: [false, false, false] })
})
