// The paid path in browsers of three makers, from both entries: price, picture, wallet, payment, video, and the journal
// after a reload.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { watchRequests } from '../../browser/harness.mjs'
import { ENTRIES, isReady, openShop, said } from './engine-shop.mjs'
import { ENGINES } from './engines.mjs'

const TIMEOUT = { timeout: 180_000 }

let shop
before(async () => {
  shop = await openShop()
})
after(() => shop?.close())

for (const { name, launch } of ENGINES) {
  describe(name, TIMEOUT, () => {
    let browser
    before(async () => {
      browser = await launch()
      console.log(`${name} ${await browser.version()}`)
    })
    after(() => browser?.close())

    for (const entry of Object.keys(ENTRIES)) {
      test(entry, async () => {
        const server = await shop.serve(entry)
        const { sandbox } = shop
        try {
          const earlier = (await sandbox.payments()).length
          const watch = watchRequests(sandbox)
          await browser.open(server.url)
          await isReady(browser)
          await browser.click('#buy')
          const { error, price, video, receipt, events } = await said(browser)
          assert.equal(error, undefined)
          assert.deepEqual([price, receipt.amount.amount], ['1.00', '1.00'])
          assert.match(video, /^http/)
          assert.deepEqual(['signing', 'paying', 'accepted', 'done'].filter((type) => events.includes(type)).length, 4)
          const payments = (await sandbox.payments()).slice(earlier)
          assert.deepEqual(
            payments.map(({ transaction }) => transaction),
            [receipt.transaction],
          )
          assert.deepEqual(
            watch.creates().map(({ paid, image }) => [paid, image.bytes.equals(picture())]),
            [
              [false, true],
              [true, true],
            ],
          )
          await browser.reload()
          await isReady(browser)
          await browser.click('#remember')
          assert.deepEqual(await said(browser), [{ step: 'done', paid: 'yes', transaction: receipt.transaction }])
        } finally {
          await server.stop()
        }
      })
    }
  })
}

/** That of the page. */
function picture() {
  const bytes = Buffer.from(Uint8Array.from({ length: 500_001 }, (_, i) => (i * 7 + (i >> 8) * 13) & 255))
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return bytes
}
