// Wallets that open a window of their own: the browser lets them within five seconds of the visitor's click, once a click.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { buildWallet } from '../wallet/build.mjs'
import { bundle } from './bundle.mjs'
import { at } from './calls.mjs'
import { launchStrictChromium } from './chromium.mjs'
import { SIGN, openStage, sameAddress, startStubSeller, walletFor, watchRequests } from './harness.mjs'
import { ROOT } from './package.mjs'
import { paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }
const CONNECT = 'eth_requestAccounts'
const FOLDER = join(ROOT, 'tests', 'browser', 'popup')
const request = { prompt: 'A paper boat on a neon river' }

let stage
let sandbox
let contexts = []

before(async () => {
  stage = await openStage({ launch: launchStrictChromium, mounts: { '/popup/': FOLDER } })
  sandbox = await startSandbox({ stepMs: 200 })
})
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()))
})
after(async () => {
  await stage?.close()
  await sandbox?.stop()
})

/** A dapp whose button calls `pay`. Nothing is evaluated in its page, which would count as a click: it reports on its console. */
async function open({ pay, prepare = takeQuote, wallet = {}, options = at(sandbox.apiUrl), site }) {
  const context = await stage.browser.newContext()
  contexts.push(context)
  await site?.(context)
  const page = await context.newPage()
  if (!site) await page.addInitScript({ content: await injected(wallet) })
  const jobs = { prepare: prepare.toString(), pay: pay.toString(), args: { request, options, wallet } }
  await page.addInitScript((jobs) => { globalThis.__jobs = jobs }, jobs)
  const loaded = told(page, 'loaded')
  await page.goto(`${stage.url}popup/dapp.html`)
  assert.deepEqual(await loaded, { wasActive: false, opensWindows: false }, 'without a click the browser opens no window')
  return page
}

/** Without `__walletDecide` its visitor agrees to everything; what playwright exposes to a page counts as clicks. */
async function injected({ connected }) {
  const config = walletFor(sandbox, { connected })
  return `globalThis.__walletConfig = ${JSON.stringify(config)};\n${await buildWallet()}`
}

/** What the page says on its console under that name, from now on. */
async function told(page, what) {
  const predicate = (message) => message.text().startsWith(JSON.stringify({ what }).slice(0, -1))
  const message = await page.waitForEvent('console', { predicate, timeout: 60_000 })
  return JSON.parse(message.text()).value
}

/** Clicks by the mouse alone: playwright's own click looks at the page once more when it is done, which the page takes for another. */
async function press(page, selector) {
  const button = page.locator(`${selector}:enabled`)
  await button.waitFor()
  const { x, y, width, height } = await button.boundingBox()
  await page.mouse.click(x + width / 2, y + height / 2)
}

/** Clicks, and gives the window that opens. */
async function click(page, selector) {
  const opening = page.waitForEvent('popup', { timeout: 60_000 })
  await press(page, selector)
  return opening
}

/** Clicks in a window that closes by it, perhaps before playwright is done with the click. */
async function answer(window, selector) {
  const closed = window.waitForEvent('close', { timeout: 60_000 })
  await window.click(selector).catch((error) => {
    if (!window.isClosed()) throw error
  })
  await closed
}

const takeQuote = async (imagine, { request, options }, dapp) => {
  dapp.quote = await imagine.quote(request, options)
}

const payQuote = (imagine, { options, wallet }, dapp) => imagine.generate(dapp.quote, { ...options, wallet: dapp.popupWallet(wallet) })

const payRequest = (imagine, { request, options, wallet }, dapp) => imagine.generate(request, { ...options, wallet: dapp.popupWallet(wallet) })

const payAskingAgain = (imagine, { options, wallet }, dapp) =>
  imagine.generate(dapp.quote, { ...options, wallet: dapp.popupWallet(wallet), confirm: () => dapp.askAgain() })

const questions = ({ asked }, method) => asked.filter((question) => question.method === method)

/** Buys, and sees exactly one payment by the visitor. */
async function assertPaid(buy) {
  const earlier = await sandbox.payments()
  const { value, error, ...rest } = await buy()
  assert.ok(value, JSON.stringify(error))
  const [payment, ...others] = (await sandbox.payments()).slice(earlier.length)
  assert.equal(others.length, 0, 'one payment')
  assert.ok(sameAddress(payment.from, sandbox.payer.address))
  assert.ok(sameAddress(value.receipt.payer, sandbox.payer.address))
  return rest
}

async function assertUnpaid(buy, expected) {
  const earlier = await sandbox.payments()
  const watch = watchRequests(sandbox)
  const { error, ...rest } = await buy()
  const { code, paid, retry } = error
  assert.deepEqual({ code, paid, retry }, { paid: 'no', retry: 'safe', ...expected }, `asked: ${JSON.stringify(rest.asked)}`)
  assert.equal(watch.paid().length, 0)
  assert.equal((await sandbox.payments()).length, earlier.length)
  return { error, ...rest }
}

async function assertWindowBlocked(buy) {
  const { error, ...rest } = await assertUnpaid(buy, { code: 'wallet_error' })
  assert.match(error.message, /kept the wallet from opening its window/)
  assert.equal(error.cause.code, -32603)
  return rest
}

describe('a wallet with a window of its own', TIMEOUT, () => {
  test('is asked to connect while the click is being handled', async () => {
    const page = await open({ pay: payAskingAgain })
    const outcome = await assertPaid(async () => {
      const outcome = told(page, 'outcome')
      const connecting = await click(page, '#pay')
      await answer(connecting, '#approve')
      const signing = await click(page, '#confirm')
      await answer(signing, '#approve')
      return outcome
    })
    const [connect, ...others] = questions(outcome, CONNECT)
    assert.deepEqual(others, [], 'once')
    assert.deepEqual(connect, { method: CONNECT, opens: true, isActive: true, tasks: [] }, 'only microtasks after the click')
    const [sign, ...more] = questions(outcome, SIGN)
    assert.deepEqual(more, [], 'one signature')
    assert.equal(sign.isActive, true, "by the second click, in the page's own dialog")
    assert.deepEqual(sign.tasks.toSorted(), ['message', 'timer'], 'tasks are noticed')
  })

  for (const [when, mute] of [['', []], [', also when its node never answers', ['eth_call', 'eth_getBlockByNumber']]]) {
    test(`opens it for the signature within the click when it is connected${when}`, async () => {
      const page = await open({ pay: payQuote, wallet: { connected: true, mute } })
      const outcome = await assertPaid(async () => {
        const outcome = told(page, 'outcome')
        const signing = await click(page, '#pay')
        await answer(signing, '#approve')
        return outcome
      })
      assert.equal(questions(outcome, SIGN)[0].isActive, true)
      for (const method of mute) assert.ok(questions(outcome, method).length > 0, `${method} was asked`)
    })
  }

  test('one click opens one window: without a second click there is no signature, and no payment', async () => {
    const page = await open({ pay: payQuote })
    const outcome = await assertWindowBlocked(async () => {
      const outcome = told(page, 'outcome')
      const connecting = await click(page, '#pay')
      await answer(connecting, '#approve')
      return outcome
    })
    assert.ok(outcome.causeIsThrown, "the cause is the wallet's own error")
    assert.equal(questions(outcome, CONNECT)[0].isActive, true)
    assert.equal(questions(outcome, SIGN)[0].isActive, false)
  })

  test('a window that the visitor closes is a refusal', async () => {
    const page = await open({ pay: payQuote })
    await assertUnpaid(async () => {
      const outcome = told(page, 'outcome')
      const connecting = await click(page, '#pay')
      await answer(connecting, '#close')
      return outcome
    }, { code: 'user_rejected' })
  })
})

// This is why there are quotes: the price is asked for before the click, and the click is left to the wallet.
describe('without a quote, a slow seller uses the click up', TIMEOUT, () => {
  for (const [connected, method] of [[false, CONNECT], [true, SIGN]]) {
    test(`a wallet that is ${connected ? '' : 'not yet '}connected cannot open its window`, async () => {
      // A mock by need: the sandbox's seller asks for money at once.
      const stub = await startStubSeller()
      const later = () => new Promise((resolve) => setTimeout(resolve, 6_000, paymentRequired(sandbox)))
      stub.answer({ probe: later, paid: 'drop' })
      try {
        const page = await open({ pay: payRequest, prepare: () => {}, wallet: { connected }, options: at(stub.url) })
        const outcome = await assertWindowBlocked(async () => {
          const outcome = told(page, 'outcome')
          await press(page, '#pay')
          return outcome
        })
        assert.deepEqual(outcome.asked.filter(({ opens }) => opens).map(({ method, isActive }) => [method, isActive]), [[method, false]])
        assert.deepEqual(stub.requests.map(({ paid }) => paid), [false])
      } finally {
        await stub.stop()
      }
    })
  }
})

describe("the vendors' own code", TIMEOUT, () => {
  let sdks
  let keys
  before(async () => {
    [sdks, keys] = await Promise.all(['sdks.js', 'keys.js'].map((entry) => bundle(join(FOLDER, entry))))
  })

  /** The SDKs' code, their site as ours, and nothing else of the world. */
  async function site(context) {
    const account = { privateKey: sandbox.payer.privateKey, chains: { [sandbox.chainId]: sandbox.rpcUrl } }
    const html = `<!doctype html><title>wallet</title>
      <button id="approve" disabled>Approve</button>
      <script>globalThis.__account = ${JSON.stringify(account)}</script><script type="module">${keys.replaceAll('</script', '<\\/script')}</script>`
    await context.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort())
    await context.route('https://keys.coinbase.com/connect**', (route) => route.fulfill({ contentType: 'text/html', body: html }))
    await context.route('**/sdks.js', (route) => route.fulfill({ contentType: 'text/javascript', body: sdks }))
  }

  const prepareCoinbase = async (imagine, { request, options }, dapp) => {
    const { createCoinbaseWalletSDK } = await import('/sdks.js')
    const preference = { options: 'smartWalletOnly', telemetry: false }
    dapp.provider = dapp.overhear(createCoinbaseWalletSDK({ appName: 'dapp', appChainIds: [8453], preference }).getProvider())
    dapp.quote = await imagine.quote(request, options)
  }
  const prepareBase = async (imagine, { request, options }, dapp) => {
    const { createBaseAccountSDK } = await import('/sdks.js')
    const preference = { telemetry: false }
    dapp.provider = dapp.overhear(createBaseAccountSDK({ appName: 'dapp', appChainIds: [8453], preference }).getProvider())
    dapp.quote = await imagine.quote(request, options)
  }
  const payAtOnce = (imagine, { options }, dapp) => imagine.generate(dapp.quote, { ...options, wallet: dapp.provider })
  const payConfirming = (imagine, { options }, dapp) =>
    imagine.generate(dapp.quote, { ...options, wallet: dapp.provider, confirm: () => dapp.askAgain() })

  for (const [name, prepare] of [['Coinbase Wallet SDK', prepareCoinbase], ['Base Account SDK', prepareBase]]) {
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

      test('a window that is closed is a refusal', async () => {
        const page = await open({ prepare, pay: payAtOnce, site })
        await assertUnpaid(async () => {
          const outcome = told(page, 'outcome')
          const connecting = await click(page, '#pay')
          await connecting.locator('#approve:enabled').waitFor()
          await connecting.close({ runBeforeUnload: true })
          return outcome
        }, { code: 'user_rejected' })
      })
    })
  }
})
