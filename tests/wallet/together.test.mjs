import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createUser } from '../browser/user.mjs'
import { ACCOUNT, REFERENCE } from './authorization.mjs'
import { openStage } from './stage.mjs'

const WALLETS = [{ vendor: 'metamask' }, { vendor: 'rainbow', setOnWindow: false }, { vendor: 'rabby' }]
const NAMES = ['io.metamask', 'me.rainbow', 'io.rabby']

describe('the three wallets in one page', { timeout: 120_000 }, () => {
  let stage

  before(async () => {
    stage = await openStage()
  })
  after(() => stage?.close())

  test('keep apart', async () => {
    const wallets = await stage.openWallets(WALLETS, createUser())
    for (const rdns of NAMES) {
      assert.deepEqual(await wallets.connect(rdns), { result: [ACCOUNT] })
      assert.deepEqual(await wallets.sign(undefined, { rdns }), { result: REFERENCE })
    }
    const seen = (await wallets.announced()).map(({ rdns, isMetaMask }) => [rdns, isMetaMask])
    assert.deepEqual(Object.fromEntries(seen), { 'io.metamask': true, 'me.rainbow': true, 'io.rabby': true })

    const shelf = await wallets.page.evaluate(shelfInPage)
    assert.deepEqual(shelf.signed, { 'io.metamask': 1, 'me.rainbow': 1, 'io.rabby': 1 })
    assert.equal(shelf.first, 'io.metamask', 'globalThis.__wallet is the first injected')
    assert.equal(shelf.onWindow, 'Rabby', 'which takes window.ethereum from a wallet that was there before it')
  })
})

function shelfInPage() {
  const entries = Object.entries(globalThis.__wallets)
  return {
    signed: Object.fromEntries(
      entries.map(([rdns, { log }]) => [rdns, log.filter(({ method }) => method === 'eth_signTypedData_v4').length]),
    ),
    first: entries.find(([, handle]) => handle === globalThis.__wallet)[0],
    onWindow: globalThis.ethereum.isRabby ? 'Rabby' : 'another',
  }
}
