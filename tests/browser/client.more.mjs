// Which quotes are still good, what goes into a request, and what errors say.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { build } from 'esbuild'
import { at, passTime, quote } from './calls.mjs'
import { assertInvalid, assertNothingAsked, buy, open, openElsewhere, paidTo, request } from './client.mjs'
import { SIGN, bodyOf, createUser } from './harness.mjs'
import { ROOT } from './package.mjs'
import { dapp, sandbox, seller, useStage } from './stage.mjs'
import { accepted, paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }
const CONNECT = 'wallet_requestPermissions'
const SIGNATURE = 'eth_signTypedData'

// For its chain: the wallet reads balances there, and nothing that a stub seller takes is ever settled.
useStage({ sandbox: {} })

describe('a quote', TIMEOUT, () => {
  const ways = [
    ['a call', (imagine, { quoted, options }) => imagine.generate(quoted, options)],
    ['a client', (imagine, { quoted, options }) => imagine.createClient(options).submit(quoted)],
  ]
  for (const [name, call] of ways) {
    test(`of another service is rejected by ${name}`, async () => {
      await open()
      const elsewhere = await openElsewhere()
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
      assertInvalid(
        await dapp.failure((imagine, { quoted, options }) => imagine.submit(quoted, options), {
          quoted,
          options: at(seller.url),
        }),
      )
      await assertNothingAsked()
    })
  }

  test('can be paid after a JSON round trip', async () => {
    await open()
    await dapp.value(
      async (imagine, { request, options }) => {
        const quoted = JSON.parse(JSON.stringify(await imagine.quote(request, options)))
        await imagine.submit(quoted, options)
      },
      { request: { ...request, duration: 8, extra: { aspectRatio: '16:9' } }, options: at(seller.url) },
    )
    assert.deepEqual([seller.requests.length, paidTo(seller).length], [2, 1])
    assert.equal(await dapp.asked(SIGN), 1)
  })

  test('of a task accepted without payment is polled at the service that accepted it', async () => {
    await open({ probe: accepted('task-1') })
    const elsewhere = await openElsewhere()
    const [waited, looked] = await dapp.value(
      async (imagine, { request, here, there }) => {
        const quoted = await imagine.createClient(here).quote(request)
        const task = await imagine.createClient(there).submit(quoted)
        return [(await task.wait()).taskId, (await task.refresh()).status]
      },
      { request, here: at(seller.url), there: at(elsewhere.url) },
    )
    assert.deepEqual([waited, looked], ['task-1', 'completed'])
    assert.deepEqual(
      seller.requests.map(({ method }) => method),
      ['POST', 'GET', 'GET'],
    )
    assert.equal(elsewhere.requests.length, 0)
  })

  test('of a task accepted without payment stays there even if the purchase names another service', async () => {
    await open({ probe: accepted('task-1') })
    const elsewhere = await openElsewhere()
    const { taskId } = await dapp.value(
      async (imagine, { request, here, there }) => {
        return imagine.generate(await imagine.quote(request, here), there)
      },
      { request, here: at(seller.url), there: at(elsewhere.url) },
    )
    assert.equal(taskId, 'task-1')
    assert.deepEqual([seller.requests.length, elsewhere.requests.length], [2, 0])
  })

  test('is not made of an offer with an absurdly long window', async () => {
    await open({ probe: paymentRequired(sandbox, { maxTimeoutSeconds: 1e19 }) })
    const { code, paid } = await dapp.failure(...buy())
    assert.deepEqual([code, paid], ['no_acceptable_offer', 'no'])
    await assertNothingAsked()
  })
})

describe('the request', TIMEOUT, () => {
  test('`extra` drops undefined members', async () => {
    await open({}, { wallet: null })
    await dapp.value(
      (imagine, { request, options }) => imagine.quote({ ...request, extra: { a: undefined, b: 1 } }, options),
      { request, options: at(seller.url) },
    )
    const { templateData } = bodyOf(seller.requests[0])
    assert.equal(templateData.b, 1)
    assert.ok(!('a' in templateData))
  })

  test('a circular `extra` is rejected', async () => {
    await open()
    assertInvalid(
      await dapp.failure(
        (imagine, { request, options }) => {
          const extra = {}
          extra.self = extra
          return imagine.generate({ ...request, extra }, options)
        },
        { request, options: at(seller.url) },
      ),
    )
    assert.equal(seller.requests.length, 0)
  })

  test('`status` without a task id is rejected', async () => {
    await open({}, { wallet: null })
    const { code } = await dapp.failure((imagine, { options }) => imagine.status(undefined, options), {
      options: { baseUrl: seller.url },
    })
    assert.equal(code, 'invalid_request')
    assert.equal(seller.requests.length, 0)
  })
})

describe('the answer', TIMEOUT, () => {
  test('to the payment is lost: the error has the id that was sent', async () => {
    const tooLate = () => passTime(sandbox, dapp, 120).then(() => 'drop')
    await open({ paid: tooLate, status: { status: 404, body: { status: 'not_found' } } })
    const { code, details } = await dapp.failure(...buy())
    assert.equal(code, 'payment_rejected')
    const { seed } = bodyOf(paidTo(seller)[0])
    assert.ok(seed, 'a seed was posted')
    assert.equal(details.id, seed)
  })

  test('may have a numeric task id', async () => {
    await open({ paid: accepted(17) })
    const { taskId, receipt } = await dapp.value(...buy())
    assert.deepEqual([taskId, receipt.taskId], ['17', '17'])
    assert.equal(seller.requests.at(-1).path, '/generation/17/status')
  })

  test('is a network error if `fetch` returns something else', async () => {
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
  test('is asked to connect again after the caller aborted during an open prompt', async () => {
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
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: ROOT },
        bundle: true,
        write: false,
        format: 'iife',
      })
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
    const asked = async (method) =>
      (await dapp.page.evaluate(() => globalThis.dapp.methods)).filter((each) => each === method).length

    test('pays', async () => {
      await openWithViem()
      await dapp.value(fail, { request, options: at(seller.url) })
      assert.equal(await asked(SIGN), 1)
      assert.equal(paidTo(seller).length, 1)
    })

    test('is asked to sign only once when the visitor refuses', async () => {
      await openWithViem({ [SIGNATURE]: false })
      const { code, paid } = await dapp.failure(fail, { request, options: at(seller.url) })
      assert.deepEqual([code, paid, await asked(SIGN)], ['user_rejected', 'no', 1])
    })

    for (const method of ['eth_requestAccounts', SIGN]) {
      test(`is asked only once when ${method} fails for an unknown reason`, async () => {
        await openWithViem()
        const { code, paid } = await dapp.failure(fail, { request, options: at(seller.url), failing: method })
        assert.deepEqual([code, paid, await asked(method)], ['wallet_error', 'no', 1])
        assert.equal(paidTo(seller).length, 0)
      })
    }
  })
})
