// One purchase, one authorization: however often, and from wherever, it is asked for at the same time.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { build } from 'esbuild'
import { SIGN } from './harness.mjs'
import { ROOT } from './package.mjs'
import { PNG } from './pictures.mjs'
import { request, submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

describe('in one page', TIMEOUT, () => {
  const twice = (imagine, { request, options }) =>
    Promise.all(
      [request, { ...request }].map((request) =>
        imagine.submit(request, options).then(
          ({ taskId }) => taskId,
          (error) => error.code,
        ),
      ),
    )

  test('a double click: one signature, one payment, the same task', async () => {
    const { dapp, order, assertPaid } = await open()
    const [one, two] = await dapp.value(twice, order())
    assert.equal(one, two)
    await assertPaid(1)
  })

  test('one refusal ends both calls', async () => {
    const { dapp, order, tasks } = await open()
    dapp.user.answers.eth_signTypedData = false
    assert.deepEqual(await dapp.value(twice, order()), ['user_rejected', 'user_rejected'])
    assert.equal(await dapp.asked(SIGN), 1, 'signatures asked for')
    assert.deepEqual(await tasks(), [], 'nothing is left of it')
  })

  test('the same id is the same purchase, and cannot be used for another', async () => {
    const { sandbox, dapp, order, reload } = await open()
    const named = { ...request, id: 'order-7' }
    const first = await dapp.value(submit, order({}, named))
    await reload()
    const second = await dapp.value(submit, order({}, named))
    assert.deepEqual(second, first)
    const { code, paid } = await dapp.failure(submit, order({}, { ...named, prompt: 'Another boat' }))
    assert.deepEqual([code, paid], ['invalid_request', 'no'])
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('an effect that runs twice: the first call is aborted, the second buys', async () => {
    const { sandbox, dapp, order, assertPaid } = await open()
    const [first, second] = await dapp.value(async (imagine, { request, options }) => {
      const leaving = new AbortController()
      const first = imagine.submit(request, { ...options, signal: leaving.signal }).catch((error) => error)
      leaving.abort()
      const second = await imagine.submit(request, options)
      return [(await first).code, second.taskId]
    }, order())
    assert.equal(first, 'aborted')
    assert.ok(sandbox.tasks.has(second))
    await assertPaid(1)
  })
})

describe('one click, whatever objects it passes', TIMEOUT, () => {
  let viem
  before(async () => {
    const contents = `import { createWalletClient, custom } from 'viem'
      globalThis.viemClient = (provider, account) => createWalletClient({ account, transport: custom(provider) })`
    const stdin = { contents, resolveDir: ROOT }
    const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'iife' })
    viem = outputFiles[0].text
  })

  /**
   * Clicks twice on a button whose handler makes its wallet and options anew. Returns the tasks, or the codes of
   * errors.
   */
  const clickTwice = (imagine, { request, options, makes, picture }) => {
    const [first, second = first] = makes.map((make) => globalThis.eval(`(${make})`))
    const click = async (make) => {
      const wallet = await make(globalThis.ethereum, imagine)
      const image = picture && (await new Blob([new Uint8Array(picture)]).arrayBuffer())
      const { signal } = new AbortController()
      const anew = { ...options, wallet, signal, onEvent: () => {}, confirm: () => true }
      return imagine.submit({ ...request, ...(image && { image }) }, anew)
    }
    return Promise.all(
      [first, second].map((make) =>
        click(make).then(
          ({ taskId }) => taskId,
          (error) => error.code,
        ),
      ),
    )
  }

  const clicked = async (world, makes, more) => {
    await world.dapp.page.addScriptTag({ content: viem })
    return world.dapp.value(clickTwice, { ...world.order(), makes: makes.map(String), ...more })
  }

  const wrapped = (provider) => ({ request: (args) => provider.request(args) })
  const proxied = (provider) =>
    new Proxy(provider, { get: (of, key) => (typeof of[key] === 'function' ? of[key].bind(of) : of[key]) })
  const withAccount = async (provider) => {
    globalThis.connecting ??= provider.request({ method: 'eth_requestAccounts' })
    return globalThis.viemClient(provider, (await globalThis.connecting)[0])
  }
  const misnamed = (provider) => ({ account: { address: 'me.eth' }, request: (args) => provider.request(args) })
  const rdnsOf = async (_, { wallets }) => (await wallets())[0].rdns
  const MAKES = [
    ['the detail of an announced wallet', async (_, { wallets }) => ({ ...(await wallets())[0] })],
    ['an object around the provider', wrapped],
    ['a Proxy', proxied],
    ['a client of viem made in the click', (provider) => globalThis.viemClient(provider)],
    ['a client of viem with its account', withAccount],
    ['a provider and its rdns', async (provider, { wallets }) => (await wallets()) && provider, rdnsOf],
    ['a client of viem and no wallet', (provider) => globalThis.viemClient(provider), () => undefined],
  ]
  for (const [name, ...makes] of MAKES) {
    test(`one purchase: ${name}`, async () => {
      const world = await open()
      const [one, two] = await clicked(world, makes)
      assert.equal(one, two)
      await world.assertPaid(1)
    })
  }

  test('one purchase: `window.ethereum` itself and as listed by `wallets()`', async () => {
    const world = await open()
    const ignore = () => addEventListener('eip6963:announceProvider', (event) => event.stopImmediatePropagation(), true)
    await world.change(ignore)
    const [one, two] = await clicked(world, [async (_, { wallets }) => (await wallets())[0]])
    assert.equal(one, two)
    await world.assertPaid(1)
  })

  test('one purchase: the same picture, read again', async () => {
    const world = await open()
    const [one, two] = await clicked(world, [(provider) => provider], { picture: PNG })
    assert.equal(one, two)
    await world.assertPaid(1)
  })

  test('one purchase: a wallet that does not report its accounts', async () => {
    const world = await open()
    const silent = (provider) => ({
      request: (args) => (args.method === 'eth_accounts' ? Promise.reject(new Error('no')) : provider.request(args)),
    })
    const [one, two] = await clicked(world, [(provider) => provider, silent])
    assert.equal(one, two)
    await world.assertPaid(1)
  })

  test('one purchase: two quotes of one click, and the same quote twice', async () => {
    const { dapp, order, assertPaid } = await open()
    const paid = await dapp.value(async (imagine, { request, options }) => {
      const quoting = [request, { ...request }].map((request) => imagine.quote(request, options))
      const [first, second] = await Promise.all(quoting)
      const buying = [first, second, first, { ...second }].map((quote) => imagine.submit(quote, { ...options }))
      return (await Promise.all(buying)).map(({ taskId }) => taskId)
    }, order())
    assert.equal(new Set(paid).size, 1)
    await assertPaid(1)
  })

  test('another account in the same wallet makes its own purchase', async () => {
    const world = await open()
    const named = (provider) => ({
      account: { address: '0x6Ea8Ac1673402989E7B653AE4e83b54173719C30' },
      request: (args) => provider.request(args),
    })
    const [one, two] = await clicked(world, [(provider) => provider, named])
    assert.ok(world.sandbox.tasks.has(one))
    assert.equal(two, 'wallet_locked', 'the wallet does not have that account')
    await world.assertPaid(1)
  })

  test('an account that is not an address is rejected', async () => {
    const world = await open()
    const [one, two] = await clicked(world, [(provider) => provider, misnamed])
    assert.ok(world.sandbox.tasks.has(one))
    assert.equal(two, 'invalid_request')
    await world.assertPaid(1)
  })

  const stranger = (provider) => ({
    async request(args) {
      const asksAccounts = /^eth_(requestA|a)ccounts$/.test(args.method)
      return asksAccounts ? ['0x6Ea8Ac1673402989E7B653AE4e83b54173719C30'] : provider.request(args)
    },
  })

  test('a second wallet with another account makes its own purchase', async () => {
    const world = await open()
    const [one, two] = await clicked(world, [(provider) => provider, stranger])
    assert.ok(world.sandbox.tasks.has(one))
    assert.equal(two, 'insufficient_funds', 'its own account was asked')
    await world.assertPaid(1)
  })

  test('a wallet without a connected account makes its own purchase', async () => {
    const world = await open()
    const locked = (provider) => ({
      request: (args) => {
        if (args.method === 'eth_accounts') return Promise.resolve([])
        if (args.method === 'eth_requestAccounts') return Promise.reject(Object.assign(new Error('no'), { code: 4001 }))
        return provider.request(args)
      },
    })
    const [one, two] = await clicked(world, [(provider) => provider, locked])
    assert.ok(world.sandbox.tasks.has(one))
    assert.equal(two, 'user_rejected')
    await world.assertPaid(1)
  })

  test('if the first call ends before it has connected, the second buys', async () => {
    const world = await open()
    const refusing = (provider) => ({
      request: (args) =>
        args.method === 'eth_requestAccounts'
          ? new Promise((_, reject) => setTimeout(reject, 500, Object.assign(new Error('no'), { code: 4001 })))
          : provider.request(args),
    })
    const [one, two] = await clicked(world, [refusing, (provider) => provider])
    assert.equal(one, 'user_rejected')
    assert.ok(world.sandbox.tasks.has(two))
    await world.assertPaid(1)
  })
})

describe('a call that joins', TIMEOUT, () => {
  test('gets all further events, and is not asked to confirm', async () => {
    const { dapp, order, assertPaid } = await open()
    const { types, asked } = await dapp.value(async (imagine, { request, options }) => {
      const types = [[], []]
      const asked = []
      const buy = (call) =>
        imagine.submit(
          { ...request },
          {
            ...options,
            onEvent: ({ type }) => void types[call].push(type),
            confirm: () => asked.push(call) > 0,
          },
        )
      await Promise.all([buy(0), buy(1)])
      return { types, asked }
    }, order())
    assert.deepEqual(types[0], ['quoted', 'connected', 'signing', 'paying', 'accepted'])
    assert.deepEqual(types[1], types[0])
    assert.deepEqual(asked, [0])
    await assertPaid(1)
  })

  /** Joins a purchase and gives up at an event of it; the first goes on. */
  const leaveAt = (imagine, { request, options, type }, dapp) => {
    const { controller } = dapp
    const first = imagine.submit(request, options)
    const leave = (event) => event.type === type && queueMicrotask(() => controller.abort(new Error('left')))
    const second = imagine.submit({ ...request }, { ...options, signal: controller.signal, onEvent: leave })
    return first.then(() => second)
  }

  for (const [type, paid, retry] of [
    ['connected', 'no', 'safe'],
    ['paying', 'unknown', 'resume'],
  ]) {
    test(`and aborts at \`${type}\` gets the state of the purchase`, async () => {
      const { dapp, order, assertPaid } = await open()
      const error = await dapp.failure(leaveAt, { ...order(), type })
      assert.deepEqual([error.code, error.paid, error.retry], ['aborted', paid, retry])
      assert.ok(error.causeIsReason)
      if (type === 'paying') assert.match(error.details.nonce, /^0x/)
      await assertPaid(1)
    })
  }

  test('and aborts before its own id was looked up does not claim that nothing was paid for it', async () => {
    const { dapp, order } = await open()
    const { paid, retry } = await dapp.failure((imagine, { request, options }, { controller }) => {
      imagine.submit(request, options).catch(() => {})
      const second = imagine.submit({ ...request, id: 'order-9' }, { ...options, signal: controller.signal })
      setTimeout(() => controller.abort())
      return second
    }, order())
    assert.deepEqual([paid, retry], ['unknown', 'resume'])
  })
})

describe('in two tabs', TIMEOUT, () => {
  const named = { ...request, id: 'order-8' }

  test('one payment, the same task', async () => {
    const { sandbox, dapp, order, openTab } = await open()
    const other = await openTab()
    dapp.user.answers.eth_signTypedData = 'waits'
    const here = dapp.value(submit, order({}, named))
    await dapp.user.opened('eth_signTypedData')
    const there = other.value(submit, order({}, named))
    dapp.user.answer('eth_signTypedData', true)
    assert.deepEqual(await there, await here)
    assert.equal(await other.asked(SIGN), 0)
    assert.equal((await sandbox.payments()).length, 1)
  })

  describe('of a browser without Web Locks', () => {
    const openWithout = async () => {
      const world = await open()
      await world.change(() => delete Navigator.prototype.locks)
      assert.equal(await world.dapp.page.evaluate(() => 'locks' in navigator), false)
      return world
    }

    test('the second tab gets an error while the first is buying', async () => {
      const { sandbox, dapp, order, openTab } = await openWithout()
      const other = await openTab()
      dapp.user.answers.eth_signTypedData = 'waits'
      const here = dapp.value(submit, order({}, named))
      await dapp.user.opened('eth_signTypedData')
      const { code, paid, retry, message } = await other.failure(submit, order({}, named))
      assert.deepEqual([code, paid, retry], ['unsupported_environment', 'unknown', 'resume'])
      assert.match(message, /another tab/)
      dapp.user.answer('eth_signTypedData', true)
      const { taskId } = await here
      assert.equal(await other.asked(SIGN), 0)
      assert.equal((await other.value(submit, order({}, named))).taskId, taskId, 'afterwards it is the same purchase')
      assert.equal((await sandbox.payments()).length, 1)
    })

    test('different purchases do not disturb each other', async () => {
      const { sandbox, dapp, order, openTab } = await openWithout()
      const other = await openTab()
      const both = await Promise.all([dapp.value(submit, order()), other.value(submit, order())])
      assert.equal(new Set(both.map(({ taskId }) => taskId)).size, 2)
      assert.equal((await sandbox.payments()).length, 2)
    })

    test('a purchase that was forgotten meanwhile is not sent', async () => {
      const { sandbox, dapp, order, openTab } = await openWithout()
      const other = await openTab()
      dapp.user.answers.eth_signTypedData = 'waits'
      const here = dapp.failure(submit, order({}, named))
      await dapp.user.opened('eth_signTypedData')
      await other.value((imagine, id) => imagine.forget(id), named.id)
      dapp.user.answer('eth_signTypedData', true)
      const { code, paid } = await here
      assert.deepEqual([code, paid], ['payment_rejected', 'no'])
      assert.equal(sandbox.requests.filter(({ paid }) => paid).length, 0)
    })
  })
})
