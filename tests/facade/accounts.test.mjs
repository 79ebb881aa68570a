// Whose money pays: the accounts of a wallet, calls at the same time, and objects that change after the click.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { packLibrary } from '../browser/package.mjs'

const TIMEOUT = { timeout: 120_000 }
/** It has nothing, and the other has enough. */
const POOR = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const RICH = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const request = { prompt: 'A paper boat' }

let library
let testing
before(async () => {
  const { directory } = await packLibrary()
  const load = (file) => import(pathToFileURL(join(directory, 'dist', file)).href)
  ;[library, testing] = await Promise.all([load('index.js'), load('testing.js')])
})

/** A wallet with both accounts, the poor one first, with other answers to some questions; and what has paid. */
function open(answers = {}) {
  const { wallet, service } = testing.createTestWorld()
  const restore = service.install()
  const both = testing.replacing(wallet, {
    eth_requestAccounts: async (_, ask) => ask().then(() => [POOR, RICH]),
    eth_accounts: () => [POOR, RICH],
    eth_call: ({ params: [{ data }] }, ask) =>
      data.toLowerCase().endsWith(POOR.slice(2).toLowerCase()) ? `0x${'0'.repeat(64)}` : ask(),
    ...answers,
  })
  const client = library.createClient({ baseUrl: service.baseUrl, storage: 'memory' })
  return { client, wallet, both, service, restore }
}

/** Buys twice: the second time as soon as the first has come to an event. */
async function buyTwice({ client, restore, service }, [first, second], at = 'connected') {
  let later
  const onEvent = ({ type }) => {
    if (type === at) later ??= client.submit(request, second)
  }
  const one = await client.submit(request, { ...first, onEvent })
  const two = await later
  restore()
  return { payments: service.payments.length, isOne: one.taskId === two.taskId }
}

const ONE = { payments: 1, isOne: true }

describe('two calls for the same are one purchase', TIMEOUT, () => {
  test('if the second comes when the account that pays is known', async () => {
    const world = open()
    const { both: wallet } = world
    assert.deepEqual(await buyTwice(world, [{ wallet }, { wallet }]), ONE)
  })

  test('if it comes before, by another wallet that has this account alone', async () => {
    const world = open()
    assert.deepEqual(await buyTwice(world, [{ wallet: world.both }, { wallet: world.wallet }], 'quoted'), ONE)
  })

  test('if the second names the account that the first is about to choose', async () => {
    const world = open()
    const { both: wallet } = world
    assert.deepEqual(await buyTwice(world, [{ wallet }, { wallet, payer: RICH }], 'quoted'), ONE)
  })

  test('if the wallet lists fewer accounts the second time', async () => {
    const world = open({ eth_accounts: () => [POOR] })
    const { both: wallet } = world
    assert.deepEqual(await buyTwice(world, [{ wallet }, { wallet }]), ONE)
  })

  test('if a connector takes its time for the second', async () => {
    const world = open()
    const wallet = { getProvider: async () => world.wallet }
    const [one, two] = await Promise.all([
      world.client.submit(request, { wallet }),
      world.client.submit(request, { wallet }),
    ])
    world.restore()
    assert.deepEqual([one.taskId, world.service.payments.length], [two.taskId, 1])
  })
})

test('the page is told the account that pays, and no other', TIMEOUT, async () => {
  const { client, both: wallet, service, restore } = open()
  const connected = []
  const onEvent = (event) => void (event.type === 'connected' && connected.push(event.address))
  const { receipt } = await client.submit(request, { wallet, onEvent })
  restore()
  assert.deepEqual([connected, receipt.payer, service.payments.length], [[RICH], RICH, 1])
})

describe('no other wallet is asked', TIMEOUT, () => {
  /** What a call comes to while another wallet is on the page. */
  async function beside(act) {
    const world = open()
    const asked = []
    globalThis.ethereum = { request: async ({ method }) => void asked.push(method) }
    try {
      return {
        ...(await act(world).then(
          () => ({ code: 'paid' }),
          ({ code, paid }) => ({ code, paid }),
        )),
        asked,
      }
    } finally {
      delete globalThis.ethereum
      world.restore()
    }
  }

  test('if the holder of the chosen one is emptied after the click', async () => {
    const outcome = await beside(({ client, wallet }) => {
      const holder = { provider: wallet }
      const buying = client.submit(request, { wallet: holder })
      delete holder.provider
      return buying
    })
    assert.deepEqual(outcome, { code: 'paid', asked: [] })
  })

  test('if connectors are put into each other too often', async () => {
    const nested = (depth, wallet) => (depth === 0 ? wallet : { getProvider: async () => nested(depth - 1, wallet) })
    const outcome = await beside(({ client, wallet }) => client.submit(request, { wallet: nested(5, wallet) }))
    assert.deepEqual(outcome, { code: 'wallet_error', paid: 'no', asked: [] })
  })

  for (const nothing of [undefined, null]) {
    test(`if the connector has none yet (${nothing})`, async () => {
      const outcome = await beside(({ client }) =>
        client.submit(request, { wallet: { getProvider: async () => nothing } }),
      )
      assert.deepEqual(outcome, { code: 'no_wallet', paid: 'no', asked: [] })
    })
  }

  const reconnecting = { id: 'io.metamask', name: 'MetaMask', type: 'injected', uid: '6a1f' }
  for (const [what, wallet] of [
    ['the connector of which wagmi has the names alone', reconnecting],
    ['a promise of such a connector', Promise.resolve(reconnecting)],
  ]) {
    test(`if it is given ${what}, while it reconnects after a reload`, async () => {
      const outcome = await beside(({ client }) => client.submit(request, { wallet }))
      assert.deepEqual(outcome, { code: 'no_wallet', paid: 'no', asked: [] })
    })
  }

  test('if a purchase is resumed with such a connector', async () => {
    const outcome = await beside(({ client }) => client.resume(undefined, { wallet: reconnecting }))
    assert.deepEqual(outcome, { code: 'paid', asked: [] })
  })

  test('if what it is given only looks like a connector', async () => {
    const outcome = await beside(({ client }) => client.submit(request, { wallet: { id: 'x', type: 'injected' } }))
    assert.deepEqual(outcome, { code: 'invalid_request', paid: 'no', asked: [] })
  })

  test('if the connector asks for a price', async () => {
    const outcome = await beside(({ client, wallet }) =>
      client.quote(request, { wallet: { getProvider: async () => wallet } }),
    )
    assert.deepEqual(outcome, { code: 'paid', asked: [] })
  })
})

test('a paid purchase is resumed although its wallet is not connected', TIMEOUT, async () => {
  const { client, wallet, restore } = open()
  const { id, taskId } = await client.submit(request, { wallet })
  const connector = { getProvider: () => Promise.reject(new Error('Connector not connected.')) }
  assert.equal((await client.resume(id, { wallet: connector })).taskId, taskId)
  restore()
})

test('an account that cannot be read is rejected instead of another one paying', TIMEOUT, async () => {
  for (const address of ['me.eth', `eip155:8453:${RICH}`, 5, '']) {
    const { client, wallet, service, restore } = open()
    const named = { account: { address }, request: (call) => wallet.request(call) }
    const { code, paid } = await client.submit(request, { wallet: named }).catch((error) => error)
    restore()
    assert.deepEqual([code, paid, service.payments.length], ['invalid_request', 'no', 0], String(address))
  }
})

test('an error is whole in JSON, whatever its cause is', TIMEOUT, async () => {
  const { client, wallet, restore } = open()
  wallet.signing = Object.assign(new Error('x'.repeat(1_000_000)), { code: -32603 })
  wallet.signing.cause = wallet.signing
  const error = await client.submit(request, { wallet }).catch((error) => error)
  restore()
  const { code, paid, message, cause } = JSON.parse(JSON.stringify(error))
  assert.deepEqual([code, paid, message, cause.length], ['wallet_error', 'no', error.message, 1_000])
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  assert.deepEqual([error, proxy].map(library.isImagineError), [true, false])
})

describe('what the page changes after its call', TIMEOUT, () => {
  const picture = () => Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Array(60).fill(1)])
  const base64 = (bytes) => Buffer.from(bytes).toString('base64')
  const WALLETS = {
    'a provider': (wallet) => wallet,
    'a promise of one': (wallet) => new Promise((resolve) => setTimeout(resolve, 20, wallet)),
    'a connector': (wallet) => ({ getProvider: async () => wallet }),
  }
  for (const [name, held] of Object.entries(WALLETS)) {
    test(`is not what is bought, with ${name} as the wallet`, async () => {
      const { client, wallet, service, restore } = open()
      const image = picture()
      const extra = { style: 'sketch' }
      const before = base64(image)
      const buying = client.submit({ ...request, image, extra }, { wallet: held(wallet) })
      image.fill(7)
      extra.style = 'oil'
      await buying
      restore()
      const { templateData } = service.requests.at(-1).body
      assert.equal(templateData.style, 'sketch')
      assert.ok(templateData.image.endsWith(before), 'the bytes at the call')
    })
  }

  test('is not what is bought, in a loop that uses one buffer', async () => {
    const { client, wallet, service, restore } = open()
    const image = picture()
    const calls = [1, 2, 3].map((frame) => {
      image[60] = frame
      return client.submit({ prompt: `Frame ${frame}`, image }, { wallet })
    })
    await Promise.all(calls)
    restore()
    const frames = service.requests
      .filter(({ paid }) => paid)
      .map(({ body }) => [body.prompt, Buffer.from(body.templateData.image.split(',')[1], 'base64')[60]])
    assert.deepEqual(frames.sort(), [
      ['Frame 1', 1],
      ['Frame 2', 2],
      ['Frame 3', 3],
    ])
  })
})

test('a wallet that a class or a prototype names as nothing is no_wallet', TIMEOUT, async () => {
  class Inherited {
    get wallet() {
      return null
    }
  }
  const { client, wallet, restore } = open()
  globalThis.ethereum = wallet
  for (const options of [new Inherited(), Object.create({ wallet: undefined })]) {
    await assert.rejects(client.submit(request, options), { code: 'no_wallet', paid: 'no' })
  }
  delete globalThis.ethereum
  restore()
  assert.deepEqual(wallet.requests, [])
})
