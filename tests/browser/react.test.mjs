// The hooks in a React app under StrictMode, in a browser, and rendered on a server.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, afterEach, before, describe, test } from 'node:test'
import { build } from 'esbuild'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { at } from './calls.mjs'
import { SIGN, openStage, walletFor, watchRequests } from './harness.mjs'
import { ROOT } from './package.mjs'

const TIMEOUT = { timeout: 300_000 }
const request = { prompt: 'A paper boat on a neon river' }

let folder
let stage
let sandbox
let dapp

before(async () => {
  await mkdir(join(ROOT, 'build'), { recursive: true })
  folder = await mkdtemp(join(ROOT, 'build', 'react-'))
  const app = join(folder, 'app.js')
  stage = await openStage({ mounts: { '/app.js': app } })
  await writeFile(app, await bundleApp(stage.library.directory))
})
after(async () => {
  await stage?.close()
  await rm(folder, { recursive: true })
})
afterEach(async () => {
  await dapp?.close()
  await sandbox?.stop()
  dapp = sandbox = undefined
})

/** As an app's bundler would, but for the library itself, which stays the module that the page has. */
async function bundleApp(library) {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'tests', 'browser', 'react', 'app.js')],
    alias: { 'imagine-x402/react': join(library, 'dist', 'react.js') },
    external: ['imagine-x402'],
    define: { 'process.env.NODE_ENV': '"development"' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

async function open({ wallet, ...options } = {}) {
  sandbox = await startSandbox({ stepMs: 200, ...options })
  dapp = await stage.openDapp({ wallet: wallet === undefined ? walletFor(sandbox) : wallet })
  await dapp.page.addScriptTag({ type: 'module', url: '/app.js' })
  await dapp.page.waitForFunction(() => globalThis.app)
  return { page: dapp.page, watch: watchRequests(sandbox) }
}

const show = (name, props = { request, options: at(sandbox.apiUrl) }) =>
  dapp.page.evaluate(([name, props]) => globalThis.app.show(name, props), [name, props])

/** What the page says in the end. */
const untilSaid = (pattern) =>
  dapp.page.waitForFunction((source) => new RegExp(source).test(document.querySelector('output')?.textContent ?? ''), pattern.source)

const settled = () => dapp.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700)))

async function assertPaidOnce() {
  assert.equal((await sandbox.payments()).length, 1, 'payments on the chain')
  assert.equal(await dapp.asked(SIGN), 1, 'signatures')
}

describe('useGenerate', TIMEOUT, () => {
  test('asks and pays nothing before the click, and buys once with it', async () => {
    const { page, watch } = await open()
    await settled()
    const asked = await dapp.walletLog()
    await show('Buy')
    await settled()
    assert.deepEqual([watch.all(), await dapp.walletLog()], [[], asked])
    await page.click('#buy')
    await untilSaid(/^http/)
    await assertPaidOnce()
    const { shown, purchase } = await page.evaluate(() => ({ shown: globalThis.app.shown, purchase: globalThis.app.purchase }))
    assert.deepEqual(shown, ['idle', 'buying', 'waiting', 'done'])
    assert.deepEqual([purchase.progress, purchase.event.type, purchase.receipt.amount.amount], [100, 'done', '1.00'])
  })

  test('gives the same purchase to two calls at once', async () => {
    const { page } = await open()
    await show('Buy')
    await page.click('#twice')
    await untilSaid(/^http/)
    assert.equal(await page.evaluate(() => globalThis.app.same), true)
    await assertPaidOnce()
  })

  test('shows why it failed, and can be called again', async () => {
    const { page } = await open({ wallet: null })
    await show('Buy')
    await page.click('#buy')
    await untilSaid(/^no_wallet$/)
    const { step, error } = await page.evaluate(() => ({ step: globalThis.app.purchase.step, error: { paid: globalThis.app.purchase.error.paid } }))
    assert.deepEqual([step, error.paid], ['failed', 'no'])
  })

  test('of a component that goes away finishes the payment, and another component takes the task up', async () => {
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

  test('stops waiting, not the job', async () => {
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

describe('useQuote', TIMEOUT, () => {
  test('asks once the visitor has stopped typing, and the quote is paid', async () => {
    const { page, watch } = await open()
    await show('Price', { request, options: at(sandbox.apiUrl), delay: 3_000 })
    await page.press('input', 'End')
    await page.keyboard.type(' at dawn')
    await untilSaid(/^1\.00$/)
    assert.deepEqual(watch.unpaid().map(({ body }) => body.prompt), ['A paper boat on a neon river at dawn'])
    await page.click('#buy')
    await untilSaid(/^http/)
    assert.deepEqual([watch.unpaid().length, watch.paid().length], [1, 1])
    await assertPaidOnce()
  })

  test('shows nothing for nothing, and no price of another request', async () => {
    const { page } = await open()
    await show('Price')
    await untilSaid(/^1\.00$/)
    await page.fill('input', 'Another boat')
    await untilSaid(/^…$/)
    await untilSaid(/^1\.00$/)
    await page.fill('input', '')
    await untilSaid(/^nothing$/)
  })

  test('shows why there is no price', async () => {
    await open()
    await show('Price', { request, options: at('http://127.0.0.1:9') })
    await untilSaid(/^network$/)
  })
})

describe('useTask', TIMEOUT, () => {
  test('watches while it is shown', async () => {
    const { page, watch } = await open({ stepMs: 1_000 })
    await dapp.value(async (imagine, { request, options }) => {
      globalThis.app.task = await imagine.submit(request, options)
    }, { request, options: at(sandbox.apiUrl) })
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
  test('lists wallets, also those that come late', async () => {
    const { page } = await open()
    await show('Wallets')
    await page.waitForFunction(() => document.querySelector('output')?.textContent.length > 0)
    const first = await page.textContent('output')
    await page.evaluate(() => {
      const info = { uuid: crypto.randomUUID(), name: 'Late', rdns: 'late.example', icon: 'data:image/svg+xml,' }
      dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info, provider: { request: async () => [] } } }))
    })
    await page.waitForFunction((first) => document.querySelector('output').textContent === `${first},Late`, first)
  })

  for (const others of [0, 1, 2, 4]) {
    test(`asks once a mount beside MetaMask and ${others} wallets that answer each time, with another uuid and another object`, async () => {
      const { page } = await open()
      await page.evaluate((others) => {
        globalThis.asked = 0
        addEventListener('eip6963:requestProvider', () => (globalThis.asked += 1))
        for (let i = 0; i < others; i++) {
          const announce = () => {
            const info = { uuid: crypto.randomUUID(), name: `Wallet ${i}`, rdns: `org.wallet${i}`, icon: 'data:image/svg+xml,' }
            dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info, provider: { request: async () => [] } } }))
          }
          // Half of them later, as wallets behind a message are.
          addEventListener('eip6963:requestProvider', i % 2 ? () => setTimeout(announce, 50) : announce)
        }
      }, others)
      await show('Wallets')
      const names = ['MetaMask', ...Array.from({ length: others }, (_, i) => `Wallet ${i}`)]
      await page.waitForFunction((count) => document.querySelector('output')?.textContent.split(',').length === count, names.length)
      await settled()
      assert.deepEqual((await page.textContent('output')).split(',').toSorted(), names)
      assert.equal(await page.evaluate(() => globalThis.asked), 2, 'StrictMode mounts twice')
    })
  }
})

test('no hook pays by itself, or opens a prompt: not when it appears, is given something else, or comes back', TIMEOUT, async () => {
  const { watch } = await open()
  await settled()
  const asked = await dapp.walletLog()
  const props = { request, options: at(sandbox.apiUrl) }
  for (const shown of [props, { ...props, options: at(sandbox.apiUrl, { maxPrice: '3.00' }) }, { ...props, request: { prompt: 'Another boat' } }]) {
    await show('All', shown)
    await settled()
    await show(null)
    await show('All', shown)
    await settled()
  }
  assert.ok(watch.unpaid().length > 0, 'prices are asked for')
  assert.deepEqual([watch.paid(), await sandbox.payments(), dapp.user.prompts, await dapp.walletLog()], [[], [], [], asked])
})

test('on a server, every hook shows what is there before anything was asked', TIMEOUT, async () => {
  const { useGenerate, useQuote, useTask, useWallets } = await import(pathToFileURL(join(stage.library.directory, 'dist', 'react.js')))
  function All() {
    const { step, error } = useGenerate()
    const { quote, isLoading } = useQuote(request)
    return createElement('p', null, JSON.stringify([step, error, quote, isLoading, useTask(null), useWallets()]))
  }
  assert.equal(renderToString(createElement(All)).replaceAll('&quot;', '"'), '<p>["idle",null,null,true,null,[]]</p>')
})
