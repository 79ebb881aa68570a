// Paying with every form of a wallet, at every price, and loading the WebAssembly in every way.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { at, generate } from './calls.mjs'
import { walletFor, watchRequests } from './harness.mjs'
import { ONE_USDC, assertOnePayment, open, request } from './purchase.mjs'
import { dapp, openDapp, openSeller, sandbox, seller, useStage } from './stage.mjs'
import { completed } from './stub-seller.mjs'

const TIMEOUT = { timeout: 600_000 }

useStage({ sandbox: { stepMs: 300 } })

describe('generate', TIMEOUT, () => {
  test('pays the price of the model and the duration that were asked for', async () => {
    await open()
    const twice = { ...request, duration: 16 }
    await assertOnePayment(() => dapp.value(generate, { request: twice, options: at(sandbox.apiUrl) }), {
      price: 2n * ONE_USDC,
    })
    const prices = await dapp.value(
      (imagine, { requests, options }) =>
        Promise.all(requests.map(async (request) => (await imagine.quote(request, options)).price.amount)),
      {
        requests: [twice, { ...request, videoModel: 'other' }, { ...request, duration: 1 }],
        options: at(sandbox.apiUrl),
      },
    )
    assert.deepEqual(prices.map(Number), [2, 3, 0.125])
  })

  test('works with a wallet that signs with v as 0 or 1', async () => {
    await open({ wallet: { v01: true } })
    await assertOnePayment(() => dapp.value(generate, { request, options: at(sandbox.apiUrl) }))
  })

  test('pays on Base Sepolia if that network is configured', async () => {
    const sepolia = await startSandbox({ chainId: 84532, stepMs: 300 })
    try {
      await openDapp({ wallet: walletFor(sepolia) })
      const { result } = await assertOnePayment(
        () =>
          dapp.value((imagine, { request, options }) => imagine.createClient(options).generate(request), {
            request,
            options: at(sepolia.apiUrl, { networks: ['eip155:84532'] }),
          }),
        { from: sepolia },
      )
      assert.equal(result.receipt.network, 'eip155:84532')
      assert.equal(await sepolia.authorizationUsed(result.receipt.payer, result.receipt.nonce), true)
    } finally {
      await sepolia.stop()
    }
  })

  describe('takes the wallet as', () => {
    const withWallet = async (choose) => {
      await open()
      await assertOnePayment(() =>
        dapp.value(
          async (imagine, { request, options, choose }) => {
            const wallet = await globalThis.eval(`(${choose})`)(imagine)
            return imagine.generate(request, { ...options, wallet })
          },
          { request, options: at(sandbox.apiUrl), choose: choose.toString() },
        ),
      )
    }

    test('an EIP-1193 provider', () => withWallet(() => globalThis.ethereum))
    test('an EIP-6963 detail', () =>
      withWallet(
        () =>
          new Promise((resolve) => {
            addEventListener('eip6963:announceProvider', ({ detail }) => resolve(detail), { once: true })
            dispatchEvent(new Event('eip6963:requestProvider'))
          }),
      ))
    test('an entry of wallets()', () => withWallet(async (imagine) => (await imagine.wallets())[0]))
    test('an rdns', () => withWallet(() => 'io.metamask'))
  })

  test('finds a wallet that only sets window.ethereum', async () => {
    await open({ wallet: { announce: false } })
    await assertOnePayment(() => dapp.value(generate, { request, options: at(sandbox.apiUrl) }))
  })

  test('finds a wallet that only announces itself', async () => {
    await open({ wallet: { setOnWindow: false } })
    await assertOnePayment(() => dapp.value(generate, { request, options: at(sandbox.apiUrl) }))
  })
})

describe('submit', TIMEOUT, () => {
  test('stops polling on `stop()`, and can be waited for again', async () => {
    await openSeller({ status: { status: 202, body: { status: 'processing', progress: 10 } } })
    await open()
    const watch = watchRequests(seller)
    await dapp.value(
      async (imagine, { request, options }, dapp) => {
        dapp.task = await imagine.submit(request, options)
        dapp.task.wait().catch(() => {})
        await dapp.task.refresh()
        dapp.task.stop()
      },
      { request, options: at(seller.url) },
    )
    await dapp.page.waitForTimeout(500) // an answer that was on its way
    const looks = watch.looks().length
    await dapp.page.waitForTimeout(2500) // longer than the poll interval
    assert.equal(watch.looks().length, looks)
    seller.answer({ status: completed })
    const { taskId } = await dapp.value((_imagine, _args, dapp) => dapp.task.wait())
    assert.equal(taskId, 'task-1')
    assert.equal(watch.paid().length, 1)
  })
})

describe('entries', TIMEOUT, () => {
  for (const source of ['a URL', 'a string', 'a Response', 'bytes', 'a module']) {
    test(`init takes ${source}`, async () => {
      await openDapp({ wallet: null })
      const price = await dapp.value(
        async (imagine, { source, request, options }) => {
          const url = new URL('/package/dist/core.wasm', location.href)
          await imagine.init(
            await {
              'a URL': () => url,
              'a string': () => url.href,
              'a Response': () => fetch(url),
              bytes: async () => (await fetch(url)).arrayBuffer(),
              'a module': () => WebAssembly.compileStreaming(fetch(url)),
            }[source](),
          )
          return (await imagine.quote(request, options)).price.amount
        },
        { source, request, options: at(sandbox.apiUrl) },
      )
      assert.equal(price, '1.00')
    })
  }
})
