// Wallets that open a window of their own: the vendors' own code, and a click that a slow seller uses up.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { bundle } from './bundle.mjs'
import { at } from './calls.mjs'
import { SIGN } from './harness.mjs'
import {
  CONNECT,
  FOLDER,
  answer,
  assertPaid,
  assertUnpaid,
  assertWindowBlocked,
  click,
  open,
  press,
  questions,
  told,
  usePopups,
} from './popup.mjs'
import { openSeller, sandbox, seller } from './stage.mjs'
import { paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }

usePopups()

const payRequest = (imagine, { request, options, wallet }, dapp) =>
  imagine.generate(request, { ...options, wallet: dapp.popupWallet(wallet) })

// This is why there are quotes: the price is asked for before the click, and the click is left to the wallet.
describe('without a quote, the click expires while a slow seller responds', TIMEOUT, () => {
  for (const [connected, method] of [
    [false, CONNECT],
    [true, SIGN],
  ]) {
    test(`a wallet that is ${connected ? '' : 'not yet '}connected cannot open its window`, async () => {
      // A mock by need: the sandbox's seller asks for money at once.
      const later = () => new Promise((resolve) => setTimeout(resolve, 6_000, paymentRequired(sandbox)))
      await openSeller({ probe: later, paid: 'drop' })
      const page = await open({ pay: payRequest, prepare: () => {}, wallet: { connected }, options: at(seller.url) })
      const outcome = await assertWindowBlocked(async () => {
        const outcome = told(page, 'outcome')
        await press(page, '#pay')
        return outcome
      })
      assert.deepEqual(
        outcome.asked.filter(({ opens }) => opens).map(({ method, isActive }) => [method, isActive]),
        [[method, false]],
      )
      assert.deepEqual(
        seller.requests.map(({ paid }) => paid),
        [false],
      )
    })
  }
})

describe("the vendors' own code", TIMEOUT, () => {
  let sdks
  let keys
  before(async () => {
    ;[sdks, keys] = await Promise.all(['sdks.js', 'keys.js'].map((entry) => bundle(join(FOLDER, entry))))
  })

  /** The SDKs' code, their site as ours, and nothing else of the world. */
  async function site(context) {
    const account = { privateKey: sandbox.payer.privateKey, chains: { [sandbox.chainId]: sandbox.rpcUrl } }
    const html = `<!doctype html><title>wallet</title>
      <button id="approve" disabled>Approve</button>
      <script>globalThis.__account = ${JSON.stringify(account)}</script><script type="module">${keys.replaceAll('</script', '<\\/script')}</script>`
    await context.route(
      (url) => url.hostname !== '127.0.0.1',
      (route) => route.abort(),
    )
    await context.route('https://keys.coinbase.com/connect**', (route) =>
      route.fulfill({ contentType: 'text/html', body: html }),
    )
    await context.route('**/sdks.js', (route) => route.fulfill({ contentType: 'text/javascript', body: sdks }))
  }

  const prepareCoinbase = async (imagine, { request, options }, dapp) => {
    const { createCoinbaseWalletSDK } = await import('/sdks.js')
    const preference = { options: 'smartWalletOnly', telemetry: false }
    dapp.provider = dapp.overhear(
      createCoinbaseWalletSDK({ appName: 'dapp', appChainIds: [8453], preference }).getProvider(),
    )
    dapp.quote = await imagine.quote(request, options)
  }
  const prepareBase = async (imagine, { request, options }, dapp) => {
    const { createBaseAccountSDK } = await import('/sdks.js')
    const preference = { telemetry: false }
    dapp.provider = dapp.overhear(
      createBaseAccountSDK({ appName: 'dapp', appChainIds: [8453], preference }).getProvider(),
    )
    dapp.quote = await imagine.quote(request, options)
  }
  const payAtOnce = (imagine, { options }, dapp) => imagine.generate(dapp.quote, { ...options, wallet: dapp.provider })
  const payConfirming = (imagine, { options }, dapp) =>
    imagine.generate(dapp.quote, { ...options, wallet: dapp.provider, confirm: () => dapp.askAgain() })

  for (const [name, prepare] of [
    ['Coinbase Wallet SDK', prepareCoinbase],
    ['Base Account SDK', prepareBase],
  ]) {
    describe(name, () => {
      test('connects within the click, signs within the second', async () => {
        const page = await open({ prepare, pay: payConfirming, site })
        const outcome = await assertPaid(async () => {
          const outcome = told(page, 'outcome')
          const connecting = await click(page, '#pay')
          assert.equal(connecting.url().split('?')[0], 'https://keys.coinbase.com/connect')
          await answer(connecting, '#approve')
          const signing = await click(page, '#confirm')
          await answer(signing, '#approve')
          return outcome
        })
        const methods = outcome.asked.map(({ method }) => method)
        assert.equal(methods[0], CONNECT, 'until then it would refuse everything and disconnect')
        assert.equal(questions(outcome, SIGN).length, 1)
        assert.ok(!methods.includes('disconnect') && !methods.includes('wallet_switchEthereumChain'), `${methods}`)
      })

      test('closing the window is a refusal', async () => {
        const page = await open({ prepare, pay: payAtOnce, site })
        await assertUnpaid(
          async () => {
            const outcome = told(page, 'outcome')
            const connecting = await click(page, '#pay')
            await connecting.locator('#approve:enabled').waitFor()
            await connecting.close({ runBeforeUnload: true })
            return outcome
          },
          { code: 'user_rejected' },
        )
      })
    })
  }
})
