// Clients of viem and wagmi over WalletConnect, whose session the wallet ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at } from '../browser/calls.mjs'
import { SIGNATURE } from '../situations/situations.mjs'
import { useConnectedDapps } from './dapp.mjs'

const CLIENTS = { viemClient: 'viem', wagmiClient: 'wagmi' }

const open = useConnectedDapps()

for (const [via, name] of Object.entries(CLIENTS)) {
  test(`${name}: a session that the wallet ends while the prompt is open ends the purchase at once, unpaid`, async () => {
    const { sandbox, dapp, user } = await open({ via })
    user.answers[SIGNATURE] = 'waits'
    const buying = dapp.failure(buy, at(sandbox.apiUrl))
    await user.opened(SIGNATURE)
    await dapp.page.evaluate(() => globalThis.__wallet.disconnect())
    const { code, paid, retry, message } = await buying
    assert.deepEqual([code, paid, retry], ['wallet_error', 'no', 'safe'])
    assert.match(message, /connect again/)
    assert.equal((await sandbox.payments()).length, 0)
  })
}

const buy = (imagine, options) => imagine.generate({ prompt: 'A boat' }, { ...options, wallet: globalThis.wallet })
