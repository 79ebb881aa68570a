// How wallets are found: EIP-6963, late ones, doubles, and what is left on the window.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at } from './calls.mjs'
import { walletFor } from './harness.mjs'
import { dapp, openDapp, sandbox, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }
const ICON = 'data:image/svg+xml,%3Csvg/%3E'

useStage({ sandbox: { stepMs: 100 } })

/** A page with a wallet that nobody has heard of yet: `announce` makes it known, under any name. */
async function openSilent() {
  await openDapp({ wallet: walletFor(sandbox, { announce: false }) })
  await dapp.page.evaluate(() => {
    const provider = globalThis.ethereum
    globalThis.ethereum = undefined
    globalThis.hidden = provider
    globalThis.announce = (info, own = provider) => {
      const detail = Object.freeze({ info: info && { uuid: info.rdns, name: info.rdns, ...info }, provider: own })
      dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
    }
    globalThis.answerRequests = (...all) =>
      addEventListener('eip6963:requestProvider', () => {
        for (const info of all) globalThis.announce(info)
      })
  })
}

const list = (options) =>
  dapp.value(
    async (imagine, options) =>
      (await imagine.wallets(options)).map(({ provider, ...info }) => ({
        ...info,
        isWallet: provider === globalThis.hidden,
      })),
    options,
  )

const buy = (options) => [
  (imagine, options) => imagine.submit({ prompt: 'a boat' }, options).then(({ receipt }) => receipt.amount.amount),
  at(sandbox.apiUrl, options),
]

describe('wallets()', TIMEOUT, () => {
  test('lists wallets that announce themselves at once, with name, icon and rdns', async () => {
    await openSilent()
    await dapp.page.evaluate(
      (icon) => globalThis.answerRequests({ rdns: 'org.a', name: 'A', icon }, { rdns: 'org.b' }),
      ICON,
    )
    assert.deepEqual(await list(), [
      { id: 'org.a', name: 'A', rdns: 'org.a', icon: ICON, isWallet: true },
      { id: 'org.b', name: 'org.b', rdns: 'org.b', isWallet: true },
    ])
  })

  test('lists each wallet once, however often it announces itself', async () => {
    await openSilent()
    await dapp.page.evaluate(() => globalThis.answerRequests({ rdns: 'org.a' }, { rdns: 'org.a' }))
    assert.equal((await list()).length, 1)
    assert.equal((await list()).length, 1)
  })

  test('asks once per call, and lists a wallet once even if its uuid or object changes each time', async () => {
    await openSilent()
    await dapp.page.evaluate(() => {
      globalThis.asked = 0
      addEventListener('eip6963:requestProvider', () => {
        globalThis.asked += 1
        globalThis.announce({ rdns: 'org.uuid', uuid: crypto.randomUUID() })
        globalThis.announce({ rdns: 'org.object' }, { request: async () => [] })
        globalThis.announce({ rdns: 'org.both', uuid: crypto.randomUUID() }, { request: async () => [] })
      })
    })
    for (const calls of [1, 2, 3]) {
      assert.deepEqual(
        (await list()).map(({ rdns }) => rdns),
        ['org.uuid', 'org.object', 'org.both'],
      )
      assert.equal(await dapp.page.evaluate(() => globalThis.asked), calls)
    }
  })

  test('does not throw when window.ethereum or a provider does', async () => {
    await openSilent()
    await dapp.page.evaluate(() => {
      const hostile = () => {
        throw new Error('not for you')
      }
      Object.defineProperty(globalThis, 'ethereum', { get: hostile, configurable: true })
      const detail = {
        info: { uuid: 'x', name: 'X' },
        get provider() {
          return hostile()
        },
      }
      addEventListener('eip6963:requestProvider', () =>
        dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail })),
      )
    })
    assert.deepEqual(await list(), [])
    const { code, paid, details } = await dapp.failure(...buy())
    assert.deepEqual([code, paid, details.wallets], ['no_wallet', 'no', []])
  })

  test('keeps listening: a wallet that loads after the first call is in the next list', async () => {
    await openSilent()
    assert.deepEqual(await list(), [])
    await dapp.page.evaluate(() => globalThis.announce({ rdns: 'org.late' }))
    assert.deepEqual(
      (await list({ waitMs: 0 })).map(({ rdns }) => rdns),
      ['org.late'],
    )
  })

  test('ignores icons that are not images, and invalid announcements', async () => {
    await openSilent()
    await dapp.page.evaluate(() => {
      addEventListener('eip6963:requestProvider', () => {
        for (const detail of [
          null,
          5,
          {},
          { info: null },
          { info: { uuid: 'x', name: 'X' }, provider: {} },
          { info: { uuid: 1, name: 'X' }, provider: globalThis.hidden },
        ]) {
          dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
        }
        globalThis.announce({ rdns: 'org.a', icon: 'javascript:alert(1)' })
      })
    })
    assert.deepEqual(await list(), [{ id: 'org.a', name: 'org.a', rdns: 'org.a', isWallet: true }])
  })

  test('lists window.ethereum only if no wallet announces itself', async () => {
    await openSilent()
    await dapp.page.evaluate(() => {
      globalThis.ethereum = globalThis.hidden
    })
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      ['window.ethereum'],
    )
    await dapp.page.evaluate(() => globalThis.announce({ rdns: 'org.a' }))
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      ['org.a'],
    )
  })
})

describe('watchWallets()', TIMEOUT, () => {
  /** What it has told, by the names of the wallets. */
  const told = () => dapp.page.evaluate(() => globalThis.told)
  const watch = () =>
    dapp.value(async (imagine) => {
      globalThis.told = []
      globalThis.asked = 0
      addEventListener('eip6963:requestProvider', () => (globalThis.asked += 1))
      globalThis.leave = imagine.watchWallets((wallets) => globalThis.told.push(wallets.map(({ name }) => name).join()))
    })

  test('reports the wallets on the page, then each new one, and asks only once', async () => {
    await openSilent()
    await dapp.page.evaluate(() => globalThis.answerRequests({ rdns: 'org.a' }, { rdns: 'org.b' }))
    await watch()
    assert.deepEqual(await told(), ['org.a,org.b'])
    await dapp.page.evaluate(() => {
      globalThis.announce({ rdns: 'org.b' })
      globalThis.announce({ rdns: 'org.late' })
    })
    assert.deepEqual(await told(), ['org.a,org.b', 'org.a,org.b,org.late'])
    await dapp.page.evaluate(() => {
      globalThis.leave()
      globalThis.announce({ rdns: 'org.later' })
    })
    assert.deepEqual(
      [await told(), await dapp.page.evaluate(() => globalThis.asked)],
      [['org.a,org.b', 'org.a,org.b,org.late'], 1],
    )
  })

  test('reports window.ethereum if no wallet has announced itself in time', async () => {
    await openSilent()
    await dapp.page.evaluate(() => {
      globalThis.ethereum = globalThis.hidden
    })
    await watch()
    assert.deepEqual(await told(), [])
    await dapp.page.waitForFunction(() => globalThis.told.length > 0)
    assert.deepEqual(await told(), ['Browser wallet'])
  })
})

describe('a purchase', TIMEOUT, () => {
  test('waits briefly for a wallet to announce itself if there is none yet', async () => {
    await openSilent()
    await dapp.page.evaluate(() =>
      addEventListener(
        'eip6963:requestProvider',
        () => setTimeout(() => globalThis.announce({ rdns: 'org.late' }), 500),
        { once: true },
      ),
    )
    assert.equal(await dapp.value(...buy()), '1.00')
  })

  test('waits briefly for a late window.ethereum', async () => {
    await openSilent()
    await dapp.page.evaluate(() =>
      addEventListener(
        'eip6963:requestProvider',
        () =>
          setTimeout(() => {
            globalThis.ethereum = globalThis.hidden
            dispatchEvent(new Event('ethereum#initialized'))
          }, 500),
        { once: true },
      ),
    )
    assert.equal(await dapp.value(...buy()), '1.00')
  })

  test('treats a wallet that announces itself under two names as one', async () => {
    await openDapp({ wallet: walletFor(sandbox, { vendor: 'rabby', metamaskMode: true }) })
    const names = await dapp.value(async (imagine) => (await imagine.wallets()).map(({ rdns }) => rdns))
    assert.deepEqual(names.toSorted(), ['io.metamask', 'io.rabby'])
    assert.equal(await dapp.value(...buy()), '1.00')
    assert.equal(await dapp.value(...buy({ wallet: 'io.metamask' })), '1.00')
  })

  test('calls a provider with exactly one argument', async () => {
    await openDapp()
    const counts = await dapp.value(async ({ submit }, options) => {
      const counts = []
      const provider = {
        request(...given) {
          counts.push(given.length)
          return globalThis.ethereum.request(given[0])
        },
      }
      await submit({ prompt: 'a boat' }, { ...options, wallet: provider })
      return counts
    }, at(sandbox.apiUrl))
    assert.ok(counts.length > 2 && counts.every((count) => count === 1), counts.join())
  })

  test('that finds none says how to open the page in a wallet', async () => {
    await openDapp({ wallet: null })
    const { code, paid, retry, details } = await dapp.failure(...buy())
    assert.deepEqual([code, paid, retry, details.wallets], ['no_wallet', 'no', 'safe', []])
    const { href, host } = new URL(dapp.page.url())
    const page = encodeURIComponent(href)
    assert.deepEqual(details.links, [
      { name: 'MetaMask', url: `https://link.metamask.io/dapp/${host}/` },
      { name: 'Coinbase Wallet', url: `https://go.cb-w.com/dapp?cb_url=${page}` },
      { name: 'Trust Wallet', url: `https://link.trustwallet.com/open_url?coin_id=60&url=${page}` },
      { name: 'Phantom', url: `https://phantom.app/ul/browse/${page}?ref=${page}` },
    ])
  })

  test('for a wallet that is missing lists those on the page', async () => {
    await openDapp()
    const { code, details } = await dapp.failure(...buy({ wallet: 'org.nobody' }))
    assert.deepEqual([code, details.wallets], ['no_wallet', [{ name: 'MetaMask', rdns: 'io.metamask' }]])
  })

  test('with something that is not a wallet is rejected before anything is sent', async () => {
    await openDapp({ wallet: null })
    const requests = sandbox.requests.length
    for (const wallet of [{}, 5, { provider: {} }, true]) {
      const { code, paid, retry } = await dapp.failure(...buy({ wallet }))
      assert.deepEqual([code, paid, retry], ['invalid_request', 'no', 'never'], JSON.stringify(wallet))
    }
    assert.equal(sandbox.requests.length, requests)
  })
})
