// The hooks in a React app under StrictMode, in a browser, and rendered on a server.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, test } from 'node:test'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { at } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { assertPaidOnce, open, request, settled, show, testManyWallets, untilSaid, useApp } from './hooks.mjs'
import { dapp, sandbox, stage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }

useApp()

describe('useGenerate', TIMEOUT, () => {
  test('requests and pays nothing before the click, and buys once on it', async () => {
    const { page, watch } = await open()
    await settled()
    const asked = await dapp.walletLog()
    await show('Buy')
    await settled()
    assert.deepEqual([watch.all(), await dapp.walletLog()], [[], asked])
    await page.click('#buy')
    await untilSaid(/^http/)
    await assertPaidOnce()
    const { shown, purchase } = await page.evaluate(() => ({
      shown: globalThis.app.shown,
      purchase: globalThis.app.purchase,
    }))
    assert.deepEqual(shown, ['idle', 'buying', 'waiting', 'done'])
    assert.deepEqual([purchase.progress, purchase.event.type, purchase.receipt.amount.amount], [100, 'done', '1.00'])
  })

  test('returns the same purchase to two simultaneous calls', async () => {
    const { page } = await open()
    await show('Buy')
    await page.click('#twice')
    await untilSaid(/^http/)
    assert.equal(await page.evaluate(() => globalThis.app.same), true)
    await assertPaidOnce()
  })

  /** Clicks while a purchase of before is taken up; returns what came of both, and what is shown. */
  async function buyDuringResume(step) {
    const { page } = dapp
    await show('Buy')
    await page.click('#resume')
    await page.waitForFunction((step) => globalThis.app.purchase.step === step, step)
    await page.click('#buy')
    await untilSaid(/^http/)
    return page.evaluate(async () => {
      const { bought, resumed, purchase } = globalThis.app
      return { bought: (await bought).taskId, resumed: await resumed, shown: purchase.result.taskId }
    })
  }

  test('a click buys even while an earlier task is resumed, and does not get the promise of the resume', async () => {
    await open({ stepMs: 3_000 })
    const order = { request, options: at(sandbox.apiUrl) }
    const left = await dapp.value(
      (imagine, { request, options }) => imagine.submit(request, options).then(({ taskId }) => taskId),
      order,
    )
    const { bought, resumed, shown } = await buyDuringResume('waiting')
    assert.equal((await sandbox.payments()).length, 2)
    assert.notEqual(bought, left)
    assert.deepEqual([resumed, shown], [null, bought])
  })

  test('a click buys even while a lost payment is followed, which is still followed to its end', async () => {
    const { page } = await open()
    sandbox.fault('paid-500-before')
    const order = { request, options: at(sandbox.apiUrl) }
    const left = dapp
      .run((imagine, { request, options }, dapp) => imagine.submit(request, { ...options, ...dapp.watch }), order)
      .catch(() => {})
    await dapp.untilEvent('payment_unknown')
    await page.reload()
    await left
    await page.addScriptTag({ type: 'module', url: '/app.js' })
    await page.waitForFunction(() => globalThis.app)
    sandbox.fault('paid-500-before', { times: 2 })
    const { bought, resumed, shown } = await buyDuringResume('buying')
    assert.deepEqual([resumed, shown], [null, bought])
    for (let i = 0; i < 100 && (await sandbox.payments()).length < 2; i++) await page.waitForTimeout(100)
    assert.equal((await sandbox.payments()).length, 2, 'each was paid once')
    assert.equal(await dapp.asked(SIGN), 1, 'the page signed once more')
  })

  test('shows why it failed, and can be called again', async () => {
    const { page } = await open({ wallet: null })
    await show('Buy')
    await page.click('#buy')
    await untilSaid(/^no_wallet$/)
    const { step, error } = await page.evaluate(() => ({
      step: globalThis.app.purchase.step,
      error: { paid: globalThis.app.purchase.error.paid },
    }))
    assert.deepEqual([step, error.paid], ['failed', 'no'])
  })
})

describe('useQuote', TIMEOUT, () => {
  test('requests the price once the visitor has stopped typing, and the quote can be paid', async () => {
    const { page, watch } = await open()
    await show('Price', { request, options: at(sandbox.apiUrl), delay: 3_000 })
    await page.press('input', 'End')
    await page.keyboard.type(' at dawn')
    await untilSaid(/^1\.00$/)
    assert.deepEqual(
      watch.unpaid().map(({ body }) => body.prompt),
      ['A paper boat on a neon river at dawn'],
    )
    await page.click('#buy')
    await untilSaid(/^http/)
    assert.deepEqual([watch.unpaid().length, watch.paid().length], [1, 1])
    await assertPaidOnce()
  })
})

describe('options and requests of any kind', TIMEOUT, () => {
  test('useGenerate obeys limits that are inherited or come from a getter', async () => {
    const { page, watch } = await open()
    await page.evaluate(
      ([request, options]) => {
        class Limits {
          get maxPrice() {
            return '0.50'
          }
        }
        globalThis.app.show('Buy', { request, options: Object.setPrototypeOf({ ...options }, Limits.prototype) })
      },
      [request, { baseUrl: sandbox.apiUrl }],
    )
    await page.click('#buy')
    await untilSaid(/^price_too_high$/)
    assert.equal(watch.paid().length, 0)
  })

  test('useQuote reports invalid ones, and requests the price once they are valid', async () => {
    const { watch } = await open()
    const options = at(sandbox.apiUrl)
    const cycle = {}
    cycle.cycle = cycle
    const wrong = [
      { request, options: { ...options, maxPrice: 5n } },
      { request: { ...request, extra: { deep: [5n] } }, options },
      { request: { ...request, extra: cycle }, options },
      { request, options: { ...options, maxprice: '1.00' } },
      { request, options: { ...options, payTo: null } },
    ]
    for (const props of wrong) {
      await show('Price', props)
      await untilSaid(/^invalid_request$/)
      await show(null)
    }
    assert.equal(watch.unpaid().length, 0)
    await show('Price', wrong[0])
    await untilSaid(/^invalid_request$/)
    await show('Price', { request, options })
    await untilSaid(/^1\.00$/)
  })

  test('useQuote shows the error of options that cannot be read', async () => {
    const { page } = await open()
    await page.evaluate((request) => {
      const options = {
        get maxPrice() {
          throw new Error('not now')
        },
      }
      globalThis.app.show('Quote', { request, options })
    }, request)
    await untilSaid(/^invalid_request$/)
  })
})

describe('useWallets', TIMEOUT, () => {
  test('lists wallets, including those that appear late', async () => {
    const { page } = await open()
    await show('Wallets')
    await page.waitForFunction(() => document.querySelector('output')?.textContent.length > 0)
    const first = await page.textContent('output')
    await page.evaluate(() => {
      const info = { uuid: crypto.randomUUID(), name: 'Late', rdns: 'late.example', icon: 'data:image/svg+xml,' }
      dispatchEvent(
        new CustomEvent('eip6963:announceProvider', { detail: { info, provider: { request: async () => [] } } }),
      )
    })
    await page.waitForFunction((first) => document.querySelector('output').textContent === `${first},Late`, first)
  })

  for (const others of [1, 4]) testManyWallets(others)
})

test(
  'no hook pays by itself, or opens a prompt: not when it appears, is given something else, or comes back',
  TIMEOUT,
  async () => {
    const { watch } = await open()
    await settled()
    const asked = await dapp.walletLog()
    const props = { request, options: at(sandbox.apiUrl) }
    for (const shown of [
      props,
      { ...props, options: at(sandbox.apiUrl, { maxPrice: '3.00' }) },
      { ...props, request: { prompt: 'Another boat' } },
    ]) {
      await show('All', shown)
      await settled()
      await show(null)
      await show('All', shown)
      await settled()
    }
    assert.ok(watch.unpaid().length > 0, 'prices are asked for')
    const log = (await dapp.walletLog()).slice(asked.length).map(({ method }) => method)
    const reads = ['eth_chainId', 'eth_getBlockByNumber']
    assert.deepEqual(
      log.filter((method) => !reads.includes(method)),
      [],
      'the time of the chain is read, and nothing else',
    )
    assert.deepEqual([watch.paid(), await sandbox.payments(), dapp.user.prompts], [[], [], []])
  },
)

test('on a server, every hook shows its initial state', TIMEOUT, async () => {
  const { useGenerate, useQuote, useTask, useWallets } = await import(
    pathToFileURL(join(stage.library.directory, 'dist', 'react.js'))
  )
  function All() {
    const { step, error } = useGenerate()
    const { quote, isLoading } = useQuote(request)
    return createElement('p', null, JSON.stringify([step, error, quote, isLoading, useTask(null), useWallets()]))
  }
  assert.equal(renderToString(createElement(All)).replaceAll('&quot;', '"'), '<p>["idle",null,null,true,null,[]]</p>')
})
