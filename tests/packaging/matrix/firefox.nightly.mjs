// What Firefox does in its own way: it throws where cookies are blocked, and has its own order of events among wallets
// that announce themselves.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isReady, openShop, said } from './engine-shop.mjs'
import { launchFirefox } from './engines.mjs'

const TIMEOUT = { timeout: 180_000 }
const ENTRY = 'imagine-x402'
/** All cookies: then a page has no storage, no BroadcastChannel and no Web Locks. */
const BLOCKED = { 'network.cookie.cookieBehavior': 2 }

let shop
before(async () => {
  shop = await openShop()
})
after(() => shop?.close())

/** Does that in Firefox, on the page. */
async function inFirefox(preferences, options, visit) {
  const server = await shop.serve(ENTRY, { options })
  const browser = await launchFirefox(preferences)
  try {
    await browser.open(server.url)
    await isReady(browser)
    await visit(browser)
  } finally {
    await browser.close()
    await server.stop()
  }
}

describe('with cookies blocked', TIMEOUT, () => {
  test('a purchase that is kept in memory is paid, and the video comes', () =>
    inFirefox(BLOCKED, { storage: 'memory' }, async (browser) => {
      const blocked = await browser.run(() => {
        try {
          return String(new BroadcastChannel('any'))
        } catch ({ name }) {
          return name
        }
      })
      assert.equal(blocked, 'SecurityError', 'this Firefox blocks what it should')
      const earlier = (await shop.sandbox.payments()).length
      await browser.click('#buy')
      const { error, video, events } = await said(browser)
      assert.equal(error, undefined)
      assert.match(video, /^http/)
      assert.equal(events.at(-1), 'done')
      assert.equal((await shop.sandbox.payments()).length - earlier, 1)
    }))

  test('a purchase that is to be kept in the browser is not begun', () =>
    inFirefox(BLOCKED, {}, async (browser) => {
      const earlier = (await shop.sandbox.payments()).length
      await browser.click('#buy')
      const { error } = await said(browser)
      // Not `no`: what a quote names may have been bought before, and the journal that would tell cannot be read.
      assert.deepEqual([error.code, error.paid], ['unsupported_environment', 'unknown'])
      assert.equal((await shop.sandbox.payments()).length, earlier)
    }))
})

describe('wallets that answer each request, with another uuid and another object', TIMEOUT, () => {
  for (const others of [0, 1, 2, 4]) {
    test(`are asked once for each call, and listed once: MetaMask and ${others} more`, () =>
      inFirefox({}, {}, async (browser) => {
        const { lists, told, asked } = await browser.run(
          async (entry, others) => {
            const { wallets, watchWallets } = await import(entry)
            let asked = 0
            addEventListener('eip6963:requestProvider', () => (asked += 1))
            for (let i = 0; i < others; i++) {
              const announce = () => {
                const info = {
                  uuid: crypto.randomUUID(),
                  name: `Wallet ${i}`,
                  rdns: `org.wallet${i}`,
                  icon: 'data:image/svg+xml,',
                }
                dispatchEvent(
                  new CustomEvent('eip6963:announceProvider', {
                    detail: { info, provider: { request: async () => [] } },
                  }),
                )
              }
              addEventListener('eip6963:requestProvider', i % 2 ? () => setTimeout(announce, 50) : announce)
            }
            const names = (list) =>
              list
                .map(({ name }) => name)
                .toSorted()
                .join()
            const lists = [names(await wallets()), names(await wallets())]
            const told = await new Promise((resolve) => watchWallets((list) => resolve(names(list))))
            return { lists, told, asked }
          },
          ENTRY,
          others,
        )
        const all = ['MetaMask', ...Array.from({ length: others }, (_, i) => `Wallet ${i}`)].join()
        assert.deepEqual({ lists, told, asked }, { lists: [all, all], told: all, asked: 3 })
      }))
  }
})
