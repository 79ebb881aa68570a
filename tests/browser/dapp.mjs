import assert from 'node:assert/strict'
import { buildWallet } from '../wallet/build.mjs'
import { createUser } from './user.mjs'

/** A page with the given wallets injected, in a browser profile of its own unless one is given. */
export async function openPage(browser, url, { wallets = [], user = createUser(), profile } = {}) {
  const context = profile ?? (await browser.newContext())
  const page = await context.newPage()
  await injectWallets(page, wallets, user)
  await page.goto(url)
  return page
}

/** Before the page is opened: wallets as extensions put them there, and the person in front of them. */
export async function injectWallets(page, wallets, user) {
  await page.exposeFunction('__walletDecide', user.decide)
  for (const config of wallets) {
    const bundle = await buildWallet(config.vendor)
    await page.addInitScript({ content: `globalThis.__walletConfig = ${JSON.stringify(config)};\n${bundle}` })
  }
}

/**
 * A dapp that has the library and (unless `wallet` is null) a wallet.
 * Functions given to `run` execute in the page as `(imagine, args, dapp)`; see dapp-page.js for `dapp`.
 */
export async function openDapp(
  browser,
  url,
  { wallet = null, wallets = wallet ? [wallet] : [], user = createUser(), decide, profile } = {},
) {
  if (decide) user.decide = decide
  const page = await openPage(browser, url, { wallets, user, profile })
  await page.waitForFunction(() => globalThis.dapp)

  /** What the wallet was asked; fails where the page has lost its wallet. */
  const walletLog = () => (wallets.length > 0 ? page.evaluate(() => globalThis.__wallet.log) : [])

  const run = (call, args, { entry = 'imagine-x402' } = {}) =>
    page.evaluate((job) => globalThis.dapp.run(job), { source: call.toString(), args, entry })

  return {
    page,
    user,
    /** `{ value }` or `{ error }`, whatever comes. */
    run,
    /** The value; fails the test when the call rejects. */
    async value(call, args, options) {
      const { value, error } = await run(call, args, options)
      if (error) assert.fail(`the call was rejected: ${JSON.stringify(error, null, 2)}`)
      return value
    },
    /** The error as plain data; fails the test when the call succeeds. */
    async failure(call, args, options) {
      const { value, error } = await run(call, args, options)
      if (!error) assert.fail(`the call should have been rejected, it gave ${JSON.stringify(value)}`)
      return error
    },
    events: () => page.evaluate(() => globalThis.dapp.events),
    untilEvent: (type) =>
      page.waitForFunction((type) => globalThis.dapp.events.some((event) => event.type === type), type),
    abort: (kind) => page.evaluate((kind) => globalThis.dapp.abort(kind), kind),
    walletLog,
    asked: async (method) => (await walletLog()).filter((request) => request.method === method).length,
    close: () => page.context().close(),
  }
}

/** An error that a page was given, as plain data: it is a real ImagineError. */
export function assertWhole(error) {
  assert.ok(error.isError && error.class && error.branded, `a real ImagineError: ${JSON.stringify(error)}`)
  assert.ok(error.message.length > 0)
}
