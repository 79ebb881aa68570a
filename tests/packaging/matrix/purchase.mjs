import assert from 'node:assert/strict'
import { at } from '../../browser/calls.mjs'
import { openPage } from '../../browser/dapp.mjs'
import { SIGN, walletFor } from '../../browser/harness.mjs'

const request = { prompt: 'A paper boat on a neon river' }

/**
 * In Chromium, the app at that address asks for a price and pays it once. It has put what it imported into
 * `globalThis.app`.
 */
export async function buyIn(browser, url, sandbox) {
  const earlier = (await sandbox.payments()).length
  const page = await openPage(browser, url, { wallets: [walletFor(sandbox)] })
  try {
    const errors = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.waitForFunction(() => globalThis.app, null, { timeout: 30_000 })
    const [price, address] = await page.evaluate(
      async ([request, options]) => {
        const { price } = await globalThis.app.quote(request, options)
        const { video } = await globalThis.app.generate(request, options)
        return [price.amount, video.url]
      },
      [request, at(sandbox.apiUrl)],
    )
    assert.equal(price, '1.00')
    assert.match(address, /^http/)
    assert.equal((await sandbox.payments()).length - earlier, 1, 'payments on the chain')
    assert.equal(
      await page.evaluate((sign) => globalThis.__wallet.log.filter(({ method }) => method === sign).length, SIGN),
      1,
    )
    assert.deepEqual(errors, [])
  } finally {
    await page.context().close()
  }
}
