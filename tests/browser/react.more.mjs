// The hooks of components that come and go.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at } from './calls.mjs'
import { assertPaidOnce, open, request, show, testManyWallets, untilSaid, useApp } from './hooks.mjs'
import { dapp, sandbox } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }

useApp()

describe('useGenerate', TIMEOUT, () => {
  test('finishes the payment after its component unmounts, and another component resumes the task', async () => {
    const { page, watch } = await open()
    await show('Buy')
    await page.click('#buy')
    await page.waitForFunction(() => globalThis.app.purchase.step === 'buying')
    await show(null)
    for (let i = 0; i < 100 && (await sandbox.payments()).length === 0; i++) await page.waitForTimeout(100)
    await page.waitForTimeout(1_000)
    const looks = watch.looks().length
    await page.waitForTimeout(6_000)
    assert.equal(watch.looks().length, looks, 'nobody looks')
    await show('Buy')
    await page.click('#resume')
    await untilSaid(/^http/)
    await assertPaidOnce()
  })

  test('stops waiting without stopping the job', async () => {
    const { page } = await open({ stepMs: 3_000 })
    await show('Buy')
    await page.click('#buy')
    await page.waitForFunction(() => globalThis.app.purchase.step === 'waiting')
    await page.click('#stop')
    await untilSaid(/^aborted$/)
    await page.click('#resume')
    await untilSaid(/^http/)
    await assertPaidOnce()
  })
})

describe('a resume of useGenerate', TIMEOUT, () => {
  const ids = (names) =>
    dapp.page.evaluate(
      (names) => Promise.all(names.map(async (name) => (await globalThis.app[name])?.taskId ?? null)),
      names,
    )
  const step = (wanted) => dapp.page.waitForFunction((wanted) => globalThis.app.purchase.step === wanted, wanted)
  const leave = () =>
    dapp.value((imagine, { request, options }) => imagine.submit(request, options).then(({ taskId }) => taskId), {
      request,
      options: at(sandbox.apiUrl),
    })

  test('is replaced by a resume of another purchase', async () => {
    const { page } = await open({ stepMs: 2_000 })
    const [first, second] = [await leave(), await leave()]
    await show('Buy')
    for (const [wanted, name] of [
      [first, 'first'],
      [second, 'second'],
      [second, 'again'],
    ]) {
      await page.evaluate((wanted) => {
        globalThis.app.wanted = wanted
      }, wanted)
      await page.click('#resume')
      await step('waiting')
      await page.evaluate((name) => {
        globalThis.app[name] = globalThis.app.resumed
      }, name)
    }
    await untilSaid(/^http/)
    assert.deepEqual(await ids(['first', 'second', 'again']), [null, second, second])
    assert.equal(await page.evaluate(() => globalThis.app.purchase.result.taskId), second)
  })

  test('during a purchase returns that purchase', async () => {
    const { page } = await open({ stepMs: 1_000 })
    await leave()
    await show('Buy')
    await page.click('#buy')
    await page.click('#resume')
    await untilSaid(/^http/)
    const [bought, resumed] = await ids(['bought', 'resumed'])
    assert.equal(resumed, bought)
    assert.equal((await sandbox.payments()).length, 2)
  })
})

describe('useQuote', TIMEOUT, () => {
  test('shows nothing without a request, and never the price of another request', async () => {
    const { page } = await open()
    await show('Price')
    await untilSaid(/^1\.00$/)
    await page.fill('input', 'Another boat')
    await untilSaid(/^…$/)
    await untilSaid(/^1\.00$/)
    await page.fill('input', '')
    await untilSaid(/^nothing$/)
  })

  const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
  const token = {
    network: 'eip155:8453',
    address: '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42',
    name: 'EURC',
    version: '2',
    symbol: 'EURC',
    decimals: 6,
    maxPrice: '2.00',
  }
  /** What a price depends on, and what is shown of it then. */
  const changes = [
    [{}, { networks: ['eip155:84532'] }, /^no_acceptable_offer$/],
    [{}, { payTo: [OTHER] }, /^no_acceptable_offer$/],
    [{}, { maxPrice: '0.50' }, /^1\.00$/],
    [{}, { assets: [token] }, /^1\.00$/],
    [{}, { upload: 'form' }, /^1\.00$/],
    [{ image: 'https://example.com/boat.jpg' }, {}, /^1\.00$/],
    [{ duration: 16 }, {}, /^2\.00$/],
    [{ extra: { style: '紙' } }, {}, /^1\.00$/],
  ]

  test('requests a new price only when the request or the payment options change', async () => {
    const { page, watch } = await open()
    const untilAsked = async (count, about) => {
      for (let i = 0; i < 200 && watch.unpaid().length < count; i++) await page.waitForTimeout(50)
      assert.equal(watch.unpaid().length, count, about)
    }
    let asked = 0
    for (const [fields, options, shown] of changes) {
      const about = JSON.stringify([fields, options])
      await show('Price')
      await untilAsked(++asked, `before ${about}`)
      await untilSaid(/^1\.00$/)
      await show('Price', { request: { ...request, ...fields }, options: at(sandbox.apiUrl, options) })
      await untilAsked(++asked, about)
      await untilSaid(shown)
    }
    await show('Price')
    await untilAsked(++asked, 'at the end')
    await page.evaluate(
      ([request, options]) => {
        const same = { ...options, onEvent: () => {}, confirm: () => true }
        globalThis.app.show('Price', { request: { ...request }, options: same })
      },
      [request, at(sandbox.apiUrl)],
    )
    await page.waitForTimeout(1_000)
    await untilAsked(asked, 'another object, and another callback')
  })

  test('shows why there is no price', async () => {
    await open()
    await show('Price', { request, options: at('http://127.0.0.1:9') })
    await untilSaid(/^network$/)
  })
})

describe('useTask', TIMEOUT, () => {
  test('polls only while its component is mounted', async () => {
    const { page, watch } = await open({ stepMs: 1_000 })
    await dapp.value(
      async (imagine, { request, options }) => {
        globalThis.app.task = await imagine.submit(request, options)
      },
      { request, options: at(sandbox.apiUrl) },
    )
    await show('Watch')
    await untilSaid(/^(queued|processing)$/)
    await show(null)
    await page.waitForTimeout(500)
    const looks = watch.looks().length
    await page.waitForTimeout(6_000)
    assert.equal(watch.looks().length, looks, 'nobody looks')
    await show('Watch')
    await untilSaid(/^http/)
  })
})

describe('useWallets', TIMEOUT, () => {
  for (const others of [0, 2]) testManyWallets(others)
})
