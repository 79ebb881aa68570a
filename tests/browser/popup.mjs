// Dapps and wallets that open windows, and the visitor who clicks.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { buildWallet } from '../wallet/build.mjs'
import { at } from './calls.mjs'
import { launchStrictChromium } from './chromium.mjs'
import { sameAddress, walletFor, watchRequests } from './harness.mjs'
import { ROOT } from './package.mjs'
import { keep, sandbox, stage, useStage } from './stage.mjs'

export const CONNECT = 'eth_requestAccounts'
export const FOLDER = join(ROOT, 'tests', 'browser', 'popup')
const request = { prompt: 'A paper boat on a neon river' }

export const usePopups = () =>
  useStage({ sandbox: { stepMs: 200 }, launch: launchStrictChromium, mounts: { '/popup/': FOLDER } })

/**
 * A dapp whose button calls `pay`. Nothing is evaluated in its page, which would count as a click: it reports on its
 * console.
 */
export async function open({ pay, prepare = takeQuote, wallet = {}, options = at(sandbox.apiUrl), site }) {
  const context = keep(await stage.browser.newContext())
  await site?.(context)
  const page = await context.newPage()
  if (!site) await page.addInitScript({ content: await injected(wallet) })
  const jobs = { prepare: prepare.toString(), pay: pay.toString(), args: { request, options, wallet } }
  await page.addInitScript((jobs) => {
    globalThis.__jobs = jobs
  }, jobs)
  const loaded = told(page, 'loaded')
  await page.goto(`${stage.url}popup/dapp.html`)
  assert.deepEqual(
    await loaded,
    { wasActive: false, opensWindows: false },
    'without a click the browser opens no window',
  )
  return page
}

/** Without `__walletDecide` its visitor agrees to everything; what playwright exposes to a page counts as clicks. */
async function injected({ connected }) {
  const config = walletFor(sandbox, { connected })
  return `globalThis.__walletConfig = ${JSON.stringify(config)};\n${await buildWallet()}`
}

/** What the page says on its console under that name, from now on. */
export async function told(page, what) {
  const predicate = (message) => message.text().startsWith(JSON.stringify({ what }).slice(0, -1))
  const message = await page.waitForEvent('console', { predicate, timeout: 60_000 })
  return JSON.parse(message.text()).value
}

/**
 * Clicks by the mouse alone: playwright's own click looks at the page once more when it is done, which the page takes
 * for another.
 */
export async function press(page, selector) {
  const button = page.locator(`${selector}:enabled`)
  await button.waitFor()
  const { x, y, width, height } = await button.boundingBox()
  await page.mouse.click(x + width / 2, y + height / 2)
}

/** Clicks, and gives the window that opens. */
export async function click(page, selector) {
  const opening = page.waitForEvent('popup', { timeout: 60_000 })
  await press(page, selector)
  return opening
}

/** Clicks in a window that closes by it, perhaps before playwright is done with the click. */
export async function answer(window, selector) {
  const closed = window.waitForEvent('close', { timeout: 60_000 })
  await window.click(selector).catch((error) => {
    if (!window.isClosed()) throw error
  })
  await closed
}

const takeQuote = async (imagine, { request, options }, dapp) => {
  dapp.quote = await imagine.quote(request, options)
}

export const payQuote = (imagine, { options, wallet }, dapp) =>
  imagine.generate(dapp.quote, { ...options, wallet: dapp.popupWallet(wallet) })

export const questions = ({ asked }, method) => asked.filter((question) => question.method === method)

/** Buys, and sees exactly one payment by the visitor. */
export async function assertPaid(buy) {
  const earlier = await sandbox.payments()
  const { value, error, ...rest } = await buy()
  assert.ok(value, JSON.stringify(error))
  const [payment, ...others] = (await sandbox.payments()).slice(earlier.length)
  assert.equal(others.length, 0, 'one payment')
  assert.ok(sameAddress(payment.from, sandbox.payer.address))
  assert.ok(sameAddress(value.receipt.payer, sandbox.payer.address))
  return rest
}

export async function assertUnpaid(buy, expected) {
  const earlier = await sandbox.payments()
  const watch = watchRequests(sandbox)
  const { error, ...rest } = await buy()
  const { code, paid, retry } = error
  assert.deepEqual(
    { code, paid, retry },
    { paid: 'no', retry: 'safe', ...expected },
    `asked: ${JSON.stringify(rest.asked)}`,
  )
  assert.equal(watch.paid().length, 0)
  assert.equal((await sandbox.payments()).length, earlier.length)
  return { error, ...rest }
}

export async function assertWindowBlocked(buy) {
  const { error, ...rest } = await assertUnpaid(buy, { code: 'wallet_error' })
  assert.match(error.message, /kept the wallet from opening its window/)
  assert.equal(error.cause.code, -32603)
  return rest
}
