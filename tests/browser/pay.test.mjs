// Paying for a video and getting it: real chain, real token, official x402 seller, MetaMask's own code as the wallet.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { hashDomain, hashStruct, hashTypedData, parseEventLogs } from 'viem'
import { at, generate, playableSeconds, quote, status } from './calls.mjs'
import { SIGN, bodyOf, sameAddress, startStubSeller, watchRequests } from './harness.mjs'
import { ONE_USDC, assertOnePayment, balances, open, request } from './purchase.mjs'
import { dapp, openDapp, openSeller, sandbox, seller, useStage } from './stage.mjs'
import { completed } from './stub-seller.mjs'

const TIMEOUT = { timeout: 600_000 }
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

useStage({ sandbox: { stepMs: 300 } })

describe('generate', TIMEOUT, () => {
  describe('pays end to end', () => {
    let result
    let events
    let progress
    let watch
    let walletLog

    before(async () => {
      await open()
      const options = at(sandbox.apiUrl, { maxPrice: '1.50' })
      const purchase = await assertOnePayment(() => dapp.value(generate, { request, options }))
      result = purchase.result
      watch = purchase.watch
      events = await dapp.events()
      progress = await dapp.page.evaluate(() => globalThis.dapp.progress)
      walletLog = await dapp.walletLog()
    })

    const event = (type) => events.find((candidate) => candidate.type === type)

    test('the video is there and loads', async () => {
      assert.equal(new URL(result.video.url).origin, new URL(sandbox.mediaUrl).origin)
      const response = await fetch(result.video.url)
      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type'), /^video\//)
      assert.ok((await response.arrayBuffer()).byteLength > 0)
    })

    test('the result contains what the service returned', () => {
      assert.match(result.taskId, UUID)
      assert.ok(result.text.includes(request.prompt))
      assert.equal(result.templateName, 'video')
      assert.equal(result.templateData.duration, 8)
      assert.equal(result.remixId, result.templateData.soraVideoId)
      assert.equal(result.raw.status, 'completed')
      assert.equal(new URL(result.image.url).origin, new URL(sandbox.mediaUrl).origin)
    })

    test('the receipt says who paid what', () => {
      const { receipt } = result
      assert.equal(receipt.taskId, result.taskId)
      assert.deepEqual(receipt.amount, { amount: '1.00', atomic: '1000000', symbol: 'USDC', decimals: 6 })
      assert.equal(receipt.network, 'eip155:8453')
      assert.ok(sameAddress(receipt.asset, sandbox.token))
      assert.ok(sameAddress(receipt.payer, sandbox.payer.address))
      assert.ok(sameAddress(receipt.payTo, sandbox.payTo))
      assert.match(receipt.nonce, /^0x[0-9a-f]{64}$/)
      assert.ok(['server', 'chain'].includes(receipt.settled), receipt.settled)
      assert.ok(Math.abs(Date.now() - receipt.at) < 600_000, 'in milliseconds')
      assert.ok(receipt.explorerUrl.includes(receipt.transaction))
    })

    test('the chain agrees with the receipt', async () => {
      const { receipt } = result
      assert.equal(await sandbox.authorizationUsed(receipt.payer, receipt.nonce), true)
      const { status, logs } = await sandbox.client.getTransactionReceipt({ hash: receipt.transaction })
      assert.equal(status, 'success')
      const [transfer] = parseEventLogs({ abi: TRANSFER, logs })
      assert.ok(sameAddress(transfer.address, sandbox.token))
      assert.ok(sameAddress(transfer.args.from, receipt.payer))
      assert.ok(sameAddress(transfer.args.to, receipt.payTo))
      assert.equal(transfer.args.value, ONE_USDC)
    })

    test('the amount paid is the amount quoted', () => {
      const [probe, ...others] = watch.unpaid()
      assert.equal(others.length, 0, 'one probe')
      const body = bodyOf(probe)
      assert.deepEqual(bodyOf(watch.paid()[0]), body)
      assert.equal(body.prompt, request.prompt)
      assert.match(body.seed, UUID)
      const { duration, autoEnhance, autoClank } = body.templateData
      assert.deepEqual({ duration, autoEnhance, autoClank }, { duration: 8, autoEnhance: false, autoClank: false })
    })

    test('the events come in order', () => {
      const types = events.map(({ type }) => type)
      assert.deepEqual(withoutRepeats(types), [
        'quoted',
        'connected',
        'signing',
        'paying',
        'accepted',
        'status',
        'done',
      ])
      for (const type of ['quoted', 'connected', 'signing', 'paying', 'accepted', 'done']) {
        assert.equal(types.filter((other) => other === type).length, 1, type)
      }
    })

    test('the events carry their fields', () => {
      const { receipt, ...generation } = result
      assert.equal(event('quoted').quote.price.amount, '1.00')
      assert.ok(sameAddress(event('connected').address, sandbox.payer.address))
      assert.equal(event('connected').chainId, 8453)
      assert.equal(event('paying').nonce, receipt.nonce)
      assert.equal(event('accepted').taskId, result.taskId)
      assert.equal(event('accepted').receipt.nonce, receipt.nonce)
      assert.equal(event('done').result.taskId, generation.taskId)
      for (const { status, heardAt } of events.filter(({ type }) => type === 'status')) {
        assert.ok(['queued', 'processing', 'completed'].includes(status.status), status.status)
        assert.equal(status.taskId, result.taskId)
        assert.ok(Math.abs(Date.now() - heardAt) < 600_000, 'in milliseconds')
      }
    })

    test('the signing event has the hashes that a hardware wallet shows', () => {
      const { typedData, digest, domainHash, messageHash, validBefore } = event('signing')
      const { domain, types, message, primaryType } = typedData
      assert.equal(digest, hashTypedData(typedData))
      assert.equal(domainHash, hashDomain({ domain, types }))
      assert.equal(messageHash, hashStruct({ data: message, primaryType, types }))
      assert.equal(validBefore, Number(message.validBefore) * 1000)
      const [account, text] = walletLog.find(({ method }) => method === SIGN).params
      assert.deepEqual(JSON.parse(text), typedData)
      assert.ok(sameAddress(account, message.from))
      assert.equal(message.nonce, result.receipt.nonce)
      assert.equal(message.value, '1000000')
      assert.ok(sameAddress(message.to, sandbox.payTo))
    })

    test('progress never goes back', () => {
      const percents = progress.map(({ percent }) => percent).filter((percent) => percent !== null)
      assert.ok(percents.length > 0)
      assert.deepEqual(
        percents,
        percents.toSorted((a, b) => a - b),
      )
      assert.ok(percents.every((percent) => percent >= 0 && percent <= 100))
      assert.equal(percents.at(-1), 100)
      assert.equal(progress.at(-1).status.status, 'completed')
    })
  })

  test('plays in a <video> element', async () => {
    await open()
    const { video } = await dapp.value(generate, { request, options: at(sandbox.apiUrl) })
    const seconds = await dapp.page.evaluate(playableSeconds, video.url)
    assert.ok(seconds > 0, `the duration is ${seconds}`)
  })

  test('takes a quote and does not probe again', async () => {
    await open()
    const { watch } = await assertOnePayment(() =>
      dapp.value(
        async (imagine, { request, options }) => {
          const quote = await imagine.quote(request, options)
          return imagine.generate(quote, options)
        },
        { request, options: at(sandbox.apiUrl) },
      ),
    )
    assert.equal(watch.unpaid().length, 1)
  })

  test('calls `confirm` with the quote', async () => {
    await open()
    await assertOnePayment(() =>
      dapp.value(
        async (imagine, { request, options }, dapp) => {
          const confirm = (quote) => {
            dapp.confirmed = { quote, events: dapp.events.map(({ type }) => type) }
            return Promise.resolve(true)
          }
          return imagine.generate(request, { ...options, ...dapp.watch, confirm })
        },
        { request, options: at(sandbox.apiUrl) },
      ),
    )
    const { quote, events } = await dapp.page.evaluate(() => globalThis.dapp.confirmed)
    assert.equal(quote.price.amount, '1.00')
    assert.equal(quote.request.prompt, request.prompt)
    assert.ok(!events.includes('signing'), 'before the signature')
  })

  test('uses an existing connection', async () => {
    await open({ wallet: { connected: true } })
    await assertOnePayment(() => dapp.value(generate, { request, options: at(sandbox.apiUrl) }))
    assert.equal(dapp.user.count('wallet_requestPermissions'), 0)
  })
})

describe('quote', TIMEOUT, () => {
  test('returns the price, needs no wallet and spends nothing', async () => {
    await openDapp({ wallet: null })
    const earlier = await balances()
    const watch = watchRequests(sandbox)
    const result = await dapp.value(quote, { request, options: at(sandbox.apiUrl) })
    assert.deepEqual(result.price, { amount: '1.00', atomic: '1000000', symbol: 'USDC', decimals: 6 })
    assert.equal(result.network, 'eip155:8453')
    assert.ok(sameAddress(result.asset, sandbox.token))
    assert.ok(sameAddress(result.payTo, sandbox.payTo))
    assert.equal(result.x402Version, 1)
    assert.ok(result.maxTimeoutSeconds > 0)
    assert.equal(result.request.prompt, request.prompt)
    assert.equal(result.request.duration, 8)
    assert.ok(Math.abs(Date.now() - result.quotedAt) < 600_000, 'in milliseconds')
    assert.equal(typeof result.outputSchema, 'object')
    assert.equal(result.accepted, undefined)
    assert.deepEqual(await balances(), earlier)
    assert.deepEqual([watch.unpaid().length, watch.paid().length], [1, 0])
  })

  test('does not touch the wallet', async () => {
    await open()
    await dapp.value(quote, { request, options: at(sandbox.apiUrl) })
    assert.equal(dapp.user.count(), 0)
    assert.equal(await dapp.asked('eth_requestAccounts'), 0)
  })
})

describe('submit', TIMEOUT, () => {
  test('returns a task to wait for, poll, subscribe to and iterate over', async () => {
    await open()
    const { result } = await assertOnePayment(() => dapp.value(liveWithTask, { request, options: at(sandbox.apiUrl) }))
    assert.match(result.taskId, UUID)
    assert.equal(typeof result.id, 'string')
    assert.equal(result.receipt.taskId, result.taskId)
    assert.equal(result.atOnce, 1, 'subscribe calls with the present snapshot')
    assert.ok(result.stable, 'getSnapshot gives the same object while nothing changes')
    assert.ok(['queued', 'processing', 'completed'].includes(result.refreshed.status))
    assert.equal(result.first.video.url, result.second.video.url)
    assert.equal(result.first.taskId, result.taskId)
    assert.equal(result.last.status.status, 'completed')
    assert.equal(result.last.result.video.url, result.first.video.url)
    assert.equal(result.last.error, null)
    assert.deepEqual(result.last, result.snapshot, 'the subscriber saw the last snapshot')
    assert.equal(result.iterated.at(-1), 'done')
    assert.ok(await sandbox.authorizationUsed(result.receipt.payer, result.receipt.nonce))
  })

  test('resolves before the video is ready', async () => {
    await openSeller({ status: { status: 202, body: { status: 'queued' } } })
    await open()
    const task = await dapp.value(
      async (imagine, { request, options }) => {
        const { id, taskId, receipt } = await imagine.submit(request, options)
        return { id, taskId, receipt }
      },
      { request, options: at(seller.url) },
    )
    assert.equal(task.taskId, 'task-1')
    assert.equal(task.receipt.settled, 'unknown', 'this seller said nothing about a transaction')
  })
})

describe('status', TIMEOUT, () => {
  let stub
  before(async () => {
    stub = await startStubSeller()
  })
  after(() => stub.stop())

  const look = async (answer) => {
    stub.answer({ status: answer })
    await openDapp({ wallet: null })
    return dapp.value(status, { taskId: 'task-1', options: { baseUrl: stub.url } })
  }

  test('queued', async () => {
    const queued = await look({ status: 202, body: { status: 'queued' } })
    assert.deepEqual(queued, { status: 'queued', taskId: 'task-1', progress: null })
    assert.equal(stub.requests.at(-1).path, '/generation/task-1/status')
  })

  test('processing', async () => {
    const processing = await look({ status: 202, body: { status: 'processing', progress: 25 } })
    assert.deepEqual(processing, { status: 'processing', taskId: 'task-1', progress: 25 })
  })

  test('completed', async () => {
    const { result, ...rest } = await look(completed)
    assert.deepEqual(rest, { status: 'completed', taskId: 'task-1', progress: 100 })
    assert.equal(result.video.url, completed.body.result.generation.video.url)
    assert.equal(result.receipt, null, 'this browser paid for nothing here')
  })

  test('unknown to this version', async () => {
    const body = { status: 'dreaming', depth: 3 }
    assert.deepEqual(await look({ status: 200, body }), { status: 'unknown', taskId: 'task-1', raw: body })
  })

  test('a task that does not exist at the real seller', async () => {
    await openDapp({ wallet: null })
    const taskId = '123e4567-e89b-12d3-a456-426614174000'
    const answer = await dapp.value(status, { taskId, options: { baseUrl: sandbox.apiUrl } })
    assert.deepEqual(answer, { status: 'not_found', taskId })
  })
})

describe('entries', TIMEOUT, () => {
  test('createClient binds every function to its configuration', async () => {
    await open()
    const { result } = await assertOnePayment(() =>
      dapp.value(
        async (imagine, { request, options, functions }) => {
          const client = imagine.createClient(options)
          const generation = await client.generate(request)
          const { status } = await client.status(generation.taskId)
          const { price } = await client.quote(request)
          const [wallet] = await client.wallets()
          const unbound = Object.keys(imagine).filter(
            (name) => functions.includes(name) && typeof client[name] !== 'function',
          )
          return { unbound, status, price, rdns: wallet.rdns }
        },
        { request, options: at(sandbox.apiUrl), functions: FUNCTIONS },
      ),
    )
    assert.deepEqual(result.unbound, [])
    assert.equal(result.status, 'completed')
    assert.equal(result.price.amount, '1.00')
    assert.equal(result.rdns, 'io.metamask')
  })

  test('init can come first, and twice', async () => {
    await openDapp({ wallet: null })
    const price = await dapp.value(
      async (imagine, { request, options }) => {
        await Promise.all([imagine.init(), imagine.init()])
        await imagine.init()
        return (await imagine.quote(request, options)).price.amount
      },
      { request, options: at(sandbox.apiUrl) },
    )
    assert.equal(price, '1.00')
  })

  test('imagine-x402/url loads the WebAssembly from its own file', async () => {
    await open()
    const loaded = []
    dapp.page.on('response', (response) => response.url().endsWith('/core.wasm') && loaded.push(response.status()))
    await assertOnePayment(() =>
      dapp.value(generate, { request, options: at(sandbox.apiUrl) }, { entry: 'imagine-x402/url' }),
    )
    assert.deepEqual(loaded, [200])
  })

  test('`wallets` lists announced wallets', async () => {
    await open({ wallet: { name: 'A Wallet', rdns: 'test.wallet' } })
    const { wallets, identical } = await dapp.value(async (imagine) => {
      const announced = new Promise((resolve) => {
        addEventListener('eip6963:announceProvider', ({ detail }) => resolve(detail), { once: true })
        dispatchEvent(new Event('eip6963:requestProvider'))
      })
      const wallets = await imagine.wallets()
      const { info, provider } = await announced
      return {
        wallets: wallets.map(({ id, rdns, name, icon }) => ({ id, rdns, name, icon })),
        identical: wallets[0].provider === provider && wallets[0].id === info.uuid,
      }
    })
    assert.equal(wallets.length, 1, 'window.ethereum is the same wallet')
    assert.equal(wallets[0].name, 'A Wallet')
    assert.equal(wallets[0].rdns, 'test.wallet')
    assert.match(wallets[0].icon, /^data:image\//)
    assert.ok(identical, 'the announced provider itself')
    assert.equal(await dapp.asked('eth_requestAccounts'), 0)
  })
})

/** What a client binds, as far as the library exports it. */
const FUNCTIONS = ['balance', 'generate', 'quote', 'resume', 'status', 'submit', 'tasks', 'wallets']

const TRANSFER = [
  {
    type: 'event',
    name: 'Transfer',
    inputs: [
      { name: 'from', type: 'address', indexed: true },
      { name: 'to', type: 'address', indexed: true },
      { name: 'value', type: 'uint256', indexed: false },
    ],
  },
]

const withoutRepeats = (list) => list.filter((item, index) => item !== list[index - 1])

async function liveWithTask(imagine, { request, options }) {
  const task = await imagine.submit(request, options)
  const snapshots = []
  const unsubscribe = task.subscribe((snapshot) => snapshots.push(snapshot))
  const atOnce = snapshots.length
  const stable = [task.getSnapshot(), task.getSnapshot()].every((snapshot) => snapshot === snapshots[0])
  const refreshed = await task.refresh()
  const iterating = (async () => {
    const types = []
    for await (const { type } of task) types.push(type)
    return types
  })()
  const [first, iterated] = await Promise.all([task.wait(), iterating])
  const second = await task.wait()
  unsubscribe()
  const { id, taskId, receipt } = task
  return {
    id,
    taskId,
    receipt,
    atOnce,
    stable,
    refreshed,
    first,
    second,
    iterated,
    last: snapshots.at(-1),
    snapshot: task.getSnapshot(),
  }
}
