// `imagine-x402/testing`, as an app's own tests would use it: without page, chain, network and money.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { packLibrary } from '../browser/package.mjs'

const TIMEOUT = { timeout: 120_000 }
const request = { prompt: 'A paper boat' }

let library
let imagine
let testing
let world
let restore

before(async () => {
  library = await packLibrary()
  const load = (name) => import(pathToFileURL(path.join(library.directory, 'dist', name)))
  imagine = await load('index.js')
  testing = await load('testing.js')
})
beforeEach(() => open())
afterEach(() => restore())

function open(options) {
  restore?.()
  world = testing.createTestWorld(options)
  restore = world.service.install()
}

const options = (more) => ({ baseUrl: world.service.baseUrl, wallet: world.wallet, storage: 'memory', ...more })

const SIGN = 'eth_signTypedData_v4'

const failure = (work) =>
  work.then(
    () => assert.fail('it should have been rejected'),
    (error) => error,
  )

test('nothing of it is in what pages load', TIMEOUT, async () => {
  const has = async (name) =>
    (await readFile(path.join(library.directory, 'dist', name), 'utf8')).includes(
      testing.createTestWorld().service.baseUrl,
    )
  assert.equal(await has('testing.js'), true)
  for (const name of ['index.js', 'url.js', 'static.js', 'keep.js', 'react.js'])
    assert.equal(await has(name), false, name)
})

describe('a world for tests', TIMEOUT, () => {
  test('takes one payment for one video', async () => {
    const { video, receipt } = await imagine.generate(request, options())
    assert.match(video.url, /^https:\/\/imagine\.test/)
    const [payment, ...others] = world.service.payments
    assert.deepEqual(others, [])
    assert.deepEqual([payment.from, payment.atomic, payment.nonce], [world.wallet.address, '1000000', receipt.nonce])
    assert.deepEqual([receipt.amount.amount, receipt.settled], ['1.00', 'server'])
    assert.deepEqual(
      world.service.requests.map(({ method, paid }) => [method, paid]),
      [
        ['POST', false],
        ['POST', true],
        ['GET', false],
      ],
    )
    assert.equal((await imagine.balance({ wallet: world.wallet })).amount, '99.00')
  })

  test('asks the price that it is told', async () => {
    open({ price: '4.20' })
    assert.equal((await imagine.quote(request, options())).price.amount, '4.20')
    assert.equal((await failure(imagine.generate(request, options({ maxPrice: '4.19' })))).code, 'price_too_high')
    assert.deepEqual(world.service.payments, [])
  })

  test('has a wallet that refuses, fails, and has too little', async () => {
    world.wallet.signing = 'refuse'
    assert.deepEqual(await failure(imagine.generate(request, options())).then(({ code, paid }) => [code, paid]), [
      'user_rejected',
      'no',
    ])
    world.wallet.connecting = { code: -32002, message: 'already pending' }
    assert.equal((await failure(imagine.generate(request, options()))).code, 'wallet_busy')
    open({ balance: '0.99' })
    assert.equal((await failure(imagine.generate(request, options()))).code, 'insufficient_funds')
    assert.deepEqual(world.service.payments, [])
  })

  test('has a wallet that waits until the caller gives up', async () => {
    world.wallet.signing = 'wait'
    const giving = new AbortController()
    const buying = failure(
      imagine.generate(
        request,
        options({ signal: giving.signal, onEvent: ({ type }) => type === 'signing' && giving.abort() }),
      ),
    )
    assert.deepEqual(await buying.then(({ code, paid }) => [code, paid]), ['aborted', 'no'])
  })

  test('loses an answer, and the video comes all the same, paid once', async () => {
    world.service.fate = 'lose'
    const events = []
    const { video, receipt } = await imagine.generate(request, options({ onEvent: ({ type }) => events.push(type) }))
    assert.ok(video.url)
    assert.ok(events.includes('payment_unknown'))
    assert.equal(receipt.settled, 'chain')
    assert.equal(world.service.payments.length, 1)
    assert.equal(world.wallet.requests.filter(({ method }) => method === 'eth_signTypedData_v4').length, 1)
  })

  test('loses an answer, and its wallet shows the transaction that took the payment', async () => {
    world.service.fate = 'lose'
    const {
      receipt: { transaction, nonce },
    } = await imagine.submit(request, options())
    assert.match(transaction, /^0x[0-9a-f]{64}$/)
    const mined = await world.wallet.request({ method: 'eth_getTransactionReceipt', params: [transaction] })
    assert.deepEqual([mined.transactionHash, mined.logs[0].topics[2]], [transaction, nonce])
  })

  test('notes what was sent to it, and what its wallet was asked', async () => {
    const task = await imagine.submit({ ...request, extra: { aspectRatio: '16:9' } }, options())
    await task.refresh()
    const seen = world.service.requests.map(({ path, body }) => [path, body?.prompt, body?.templateData.aspectRatio])
    const created = ['/generation/create', request.prompt, '16:9']
    assert.deepEqual(seen, [created, created, [`/generation/${task.taskId}/status`, undefined, undefined]])
    const { method, params } = world.wallet.requests.findLast(({ method }) => method === SIGN)
    const [{ nonce }] = world.service.payments
    assert.deepEqual([method, params[0].toLowerCase()], [SIGN, world.wallet.address.toLowerCase()])
    assert.equal(JSON.parse(params[1]).message.nonce, nonce)
  })

  test('fails to make the video, and it was paid', async () => {
    world.service.fate = 'fail'
    assert.deepEqual(await failure(imagine.generate(request, options())).then(({ code, paid }) => [code, paid]), [
      'generation_failed',
      'yes',
    ])
  })

  test('takes no payment, and nobody is told so before it is certain', async () => {
    world.service.fate = 'refuse'
    const giving = new AbortController()
    const buying = failure(
      imagine.generate(
        request,
        options({
          signal: giving.signal,
          onEvent: ({ type }) => type === 'payment_unknown' && setTimeout(() => giving.abort(), 100),
        }),
      ),
    )
    assert.deepEqual(await buying.then(({ code, paid }) => [code, paid]), ['aborted', 'unknown'], 'not before')
    assert.deepEqual(world.service.payments, [])
  })

  test('has a wallet that shows the receipt of what was paid, and its log', async () => {
    const {
      receipt: { transaction, nonce, payTo },
    } = await imagine.generate(request, options())
    const ask = (method, ...params) => world.wallet.request({ method, params })
    const [from, to] = [world.wallet.address, payTo].map(
      (address) => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`,
    )
    const mined = await ask('eth_getTransactionReceipt', transaction)
    assert.deepEqual([mined.status, mined.transactionHash, mined.blockNumber], ['0x1', transaction, '0x1'])
    const [used, transfer] = mined.logs
    assert.deepEqual(used.topics.slice(1), [from, nonce])
    assert.deepEqual([...transfer.topics.slice(1), BigInt(transfer.data)], [from, to, 1_000_000n])
    assert.deepEqual(await ask('eth_getLogs', { topics: used.topics }), [used])
    assert.deepEqual([used.address, used.transactionHash, used.blockNumber], [mined.to, transaction, '0x1'])
    assert.deepEqual(await ask('eth_getLogs', { topics: [...used.topics.slice(0, 2), `0x${'00'.repeat(32)}`] }), [])
    assert.equal(await ask('eth_getTransactionReceipt', `0x${'00'.repeat(32)}`), null)
  })

  test('has wallets over other nodes, which say what the test wants', async () => {
    const ahead = (await world.wallet.request({ method: 'eth_getBlockByNumber', params: ['latest', false] })).timestamp
    const lying = testing.replacing(world.wallet, {
      eth_getBlockByNumber: async (_request, ask) => ({
        ...(await ask()),
        timestamp: `0x${(Number(ahead) + 300).toString(16)}`,
      }),
      eth_call: () => `0x${'0'.repeat(64)}`,
      eth_getLogs: () => {
        throw new Error('the node is down')
      },
    })
    const ask = (method) => lying.request({ method, params: ['latest', false] })
    assert.equal(Number((await ask('eth_getBlockByNumber')).timestamp) - Number(ahead) >= 300, true)
    assert.equal(BigInt(await ask('eth_call')), 0n)
    await assert.rejects(ask('eth_getLogs'), /the node is down/)
    assert.equal(await ask('eth_chainId'), '0x2105', 'the rest is the wallet itself')
    await assert.rejects(ask('toString'), /does not know toString/, 'and nothing is inherited')
  })

  test('shows progress on the way', async () => {
    open({ looks: 1 })
    const seen = []
    await imagine.generate(request, options({ pollInterval: 2_000, onProgress: (percent) => seen.push(percent) }))
    assert.deepEqual(seen, [50, 100])
  })

  test('has a wallet that the page finds by itself, for as long as it is announced', async () => {
    const page = new EventTarget()
    const globals = {
      addEventListener: page.addEventListener.bind(page),
      removeEventListener: page.removeEventListener.bind(page),
      dispatchEvent: page.dispatchEvent.bind(page),
    }
    Object.assign(globalThis, globals)
    try {
      const { generate, wallets } = await import(
        `${pathToFileURL(path.join(library.directory, 'dist', 'index.js'))}?announced`
      )
      const withdraw = world.wallet.announce()
      assert.deepEqual(
        (await wallets()).map(({ rdns, provider }) => [rdns, provider === world.wallet]),
        [['test.imagine-x402', true]],
      )
      const { wallet: _, ...others } = options()
      const { receipt } = await generate(request, others)
      assert.equal(receipt.payer, world.wallet.address)
      withdraw()
      const asked = []
      page.addEventListener('eip6963:announceProvider', ({ detail }) => asked.push(detail))
      page.dispatchEvent(new Event('eip6963:requestProvider'))
      assert.deepEqual(asked, [])
    } finally {
      for (const name of Object.keys(globals)) delete globalThis[name]
    }
  })

  test('accepts requests without payment at a price of nothing', async () => {
    for (const price of ['0', '0.00']) {
      open({ price })
      const { video, receipt } = await imagine.generate(request, options({ pollInterval: 2_000 }))
      assert.deepEqual([video.url, receipt], ['https://imagine.test/video.mp4', null])
      assert.deepEqual(
        [world.service.payments, world.wallet.requests.filter(({ method }) => method === SIGN)],
        [[], []],
      )
    }
  })

  test('plays the service that the page calls', async () => {
    const baseUrl = 'https://eliza.getimagine.club'
    open({ baseUrl })
    const { baseUrl: _, ...others } = options()
    const task = await imagine.submit(request, others)
    assert.equal(task.receipt.settled, 'server')
    assert.equal((await task.refresh()).result.video.url, `${baseUrl}/video.mp4`)
    const blob = await task.save()
    assert.deepEqual([blob.type, blob.size], ['video/mp4', 24])
  })

  test('responds to requests that other tools have intercepted', async () => {
    restore()
    restore = () => {}
    const ask = (path, init) => world.service.respond(new Request(`${world.service.baseUrl}${path}`, init))
    const create = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    assert.equal((await ask('/generation/create', create)).status, 402)
    assert.equal((await ask('/generation/none/status')).status, 404)
    assert.deepEqual(
      world.service.requests.map(({ method }) => method),
      ['POST', 'GET'],
    )
  })

  test('gives `fetch` back as it was', async () => {
    restore()
    const { fetch } = globalThis
    restore = world.service.install()
    assert.notEqual(globalThis.fetch, fetch)
    restore()
    assert.equal(globalThis.fetch, fetch)
    restore = () => {}
  })

  test('answers to its own address alone', async () => {
    const asked = []
    restore()
    const { fetch } = globalThis
    globalThis.fetch = async (input) => asked.push(String(input))
    restore = world.service.install()
    await globalThis.fetch('https://example.com/')
    restore()
    globalThis.fetch = fetch
    restore = () => {}
    assert.deepEqual([asked, world.service.requests], [['https://example.com/'], []])
  })
})

describe('a world around a page', TIMEOUT, () => {
  /** Plays Playwright's page: what it is given, and the page's script with the wallet that it announces. */
  async function open(world) {
    const given = {}
    await testing.installInPage(
      {
        route: async (url, handler) => Object.assign(given, { url, handler }),
        exposeFunction: async (name, run) => Object.assign(given, { [name]: run }),
        addInitScript: async ({ content }) => Object.assign(given, { content }),
      },
      world,
    )
    const page = new EventTarget()
    const announced = []
    page.addEventListener('eip6963:announceProvider', ({ detail }) => announced.push(detail))
    const add = page.addEventListener.bind(page)
    new Function('window', 'addEventListener', 'dispatchEvent', given.content)(given, add, (event) =>
      page.dispatchEvent(event),
    )
    page.dispatchEvent(new Event('eip6963:requestProvider'))
    return { ...given, announced }
  }

  const routeOf = (answers, path, body) => ({
    request: () => ({
      url: () => `${world.service.baseUrl}${path}`,
      method: () => (body ? 'POST' : 'GET'),
      headers: () => (body ? { 'content-type': 'application/json' } : {}),
      postDataBuffer: () => (body ? Buffer.from(body) : null),
    }),
    fulfill: async (answer) => void answers.push(answer),
    abort: async () => void answers.push('aborted'),
  })

  test('announces the wallet at once and when it is asked for, as the same one', async () => {
    const { announced } = await open(world)
    assert.equal(announced.length, 2)
    assert.equal(announced[0].info.uuid, announced[1].info.uuid)
    assert.equal(announced[0].info.rdns, 'test.imagine-x402')
  })

  test('passes on what the wallet returns, and the code of what it throws', async () => {
    const { provider } = (await open(world)).announced[0]
    assert.deepEqual(await provider.request({ method: 'eth_requestAccounts' }), [world.wallet.address])
    world.wallet.connecting = { code: -32002, message: 'already pending' }
    const refused = await failure(provider.request({ method: 'eth_requestAccounts' }))
    assert.deepEqual([refused.code, refused.message, refused instanceof Error], [-32002, 'already pending', true])
  })

  test('lets the page read its responses, and loses those that get lost', async () => {
    const { url, handler } = await open(world)
    const answers = []
    await handler(routeOf(answers, '/generation/create', '{"prompt":"A paper boat"}'))
    const lost = { ...world.service, baseUrl: world.service.baseUrl, respond: () => Promise.reject(new TypeError()) }
    await (await open({ ...world, service: lost })).handler(routeOf(answers, '/generation/create', '{}'))
    const [{ status, headers, body }, second] = answers
    assert.deepEqual([url, status, second], [`${world.service.baseUrl}/**`, 402, 'aborted'])
    assert.equal(headers['access-control-allow-origin'], '*')
    assert.equal(headers['access-control-expose-headers'], '*')
    assert.equal(JSON.parse(body).x402Version, 1)
    assert.deepEqual(world.service.requests[0].body, { prompt: 'A paper boat' })
  })
})

describe('a payment is refused, as the token would refuse it,', TIMEOUT, () => {
  const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
  /** What the library has the wallet sign. */
  let typed
  before(async () => {
    open()
    world.wallet.signing = 'refuse'
    const onEvent = (event) => event.type === 'signing' && (typed = event.typedData)
    await failure(imagine.submit(request, options({ onEvent })))
  })

  /** Sends a payment of that message, signed by the wallet; `change` changes what is sent afterwards. */
  async function pay(message, change = {}) {
    const whole = { ...typed, message: { ...typed.message, ...message } }
    const params = [world.wallet.address, JSON.stringify(whole)]
    const signature = await world.wallet.request({ method: SIGN, params })
    const payload = { signature, authorization: { ...whole.message, ...change } }
    const payment = btoa(JSON.stringify({ x402Version: 1, scheme: 'exact', network: 'base', payload }))
    const body = JSON.stringify({ prompt: request.prompt })
    const headers = { 'x-payment': payment, 'content-type': 'application/json' }
    return (await fetch(`${world.service.baseUrl}/generation/create`, { method: 'POST', headers, body })).status
  }

  /** The authorization is stamped when the test begins: it is open for a minute. */
  const soon = () => String(Math.floor(Date.now() / 1000) + 60)

  test('but a good one is taken', async () => {
    assert.equal(await pay({ validBefore: soon() }), 202)
    assert.deepEqual(
      world.service.payments.map(({ atomic }) => atomic),
      ['1000000'],
    )
  })

  const wrong = {
    'of less than the price': [{ value: '999999' }],
    'of more than the price': [{ value: '1000001' }],
    'to another recipient': [{ to: OTHER }],
    'from an account that did not sign': [{ from: OTHER }],
    'whose amount is not the signed one': [{ value: '1' }, { value: '1000000' }],
    'whose recipient is not the signed one': [{ to: OTHER }, { to: '0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96' }],
    'whose nonce is not the signed one': [{}, { nonce: `0x${'11'.repeat(32)}` }],
    'that is not valid yet': [{ validAfter: String(Math.floor(Date.now() / 1000) + 3_600) }],
    'that has expired': [{ validBefore: String(Math.floor(Date.now() / 1000) - 1) }],
  }
  for (const [name, [message, change]] of Object.entries(wrong)) {
    test(name, async () => {
      assert.equal(await pay({ validBefore: soon(), ...message }, change), 402)
      assert.deepEqual(world.service.payments, [])
    })
  }

  test('the second time', async () => {
    const validBefore = soon()
    assert.deepEqual([await pay({ validBefore }), await pay({ validBefore })], [202, 402])
    assert.equal(world.service.payments.length, 1)
  })
})

test('a world of amounts that are not is refused', () => {
  for (const amount of ['1,00', '-1', '', ' 1', '1.0000001', '0x10', '１.00']) {
    for (const name of ['price', 'balance']) {
      assert.throws(() => testing.createTestWorld({ [name]: amount }), TypeError, amount)
    }
  }
})

test('a service that lists its models is paid for these alone', async () => {
  open({ models: ['veo-3', 'kling-2'] })
  const { generate, quote } = imagine.createClient(options())
  const offer = await quote({ ...request, videoModel: 'sora' })
  assert.deepEqual([offer.models, offer.problems.length], [['veo-3', 'kling-2'], 1])
  const { code, paid } = await failure(generate(offer))
  assert.deepEqual([code, paid, world.service.payments.length], ['request_unsupported', 'no', 0])
  await generate({ ...request, videoModel: 'kling-2' }, { pollInterval: 2_000 })
  assert.equal(world.service.payments.length, 1)
})

test('a service whose address ends with a slash is the same service', async () => {
  open({ baseUrl: 'https://imagine.test/' })
  assert.equal(world.service.baseUrl, 'https://imagine.test')
  await imagine.createClient(options({ baseUrl: 'https://imagine.test/' })).submit(request)
  assert.equal(world.service.payments.length, 1)
})

test('a payment that cannot be read is refused', async () => {
  const headers = { 'content-type': 'application/json', 'x-payment': 'no base64 of JSON' }
  const response = await fetch(`${world.service.baseUrl}/generation/create`, { method: 'POST', headers, body: '{}' })
  assert.equal(response.status, 402)
})
