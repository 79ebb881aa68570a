// Wallets as dapps hold them: clients of viem.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CONNECT, assertPays, assertUnpaid, buyWith, open, useLibraries } from './libraries.mjs'
import { dapp, sandbox } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }

useLibraries()

/* ---------- what dapps hold; these run in the page ---------- */

const client = ({ viem, base }) => viem.createWalletClient({ chain: base, transport: viem.custom(globalThis.ethereum) })

const clientOf = async ({ viem, base }, { place = 0 }) => {
  const accounts = await globalThis.ethereum.request({ method: 'eth_requestAccounts' })
  return viem.createWalletClient({ account: accounts[place], chain: base, transport: viem.custom(globalThis.ethereum) })
}

const localClient = ({ viem, base, privateKeyToAccount }, { privateKey }) =>
  viem.createWalletClient({
    account: privateKeyToAccount(privateKey),
    chain: base,
    transport: viem.custom(globalThis.ethereum),
  })

describe('a client of viem', TIMEOUT, () => {
  for (const connected of [false, true]) {
    test(`without an account pays from the wallet's first one, ${connected ? 'connected' : 'not yet connected'}`, async () => {
      await open({ connected })
      await assertPays(client)
      assert.equal(dapp.user.count(CONNECT), connected ? 0 : 1)
    })
  }

  test('pays from its account, the first', async () => {
    await open({ connected: true, accounts: [sandbox.payer, sandbox.poor] })
    await assertPays(clientOf)
  })

  test('pays from its account, the second', async () => {
    await open({ connected: true, accounts: [sandbox.poor, sandbox.payer] })
    await assertPays(clientOf, { place: 1 })
  })

  test('with a local account is rejected before anything is requested', async () => {
    await open({ connected: true })
    const asked = await dapp.walletLog()
    const { code, paid, message } = await assertUnpaid(async (watch) => {
      const error = await dapp.failure(...buyWith(localClient))
      assert.deepEqual(watch.all(), [])
      return error
    })
    assert.deepEqual([code, paid], ['invalid_request', 'no'])
    assert.match(message, /a key of the page's own/)
    assert.deepEqual(await dapp.walletLog(), asked)
  })
})
