// The browser is killed before the signature, and after all is paid.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertTakenUp, buy, crash, dapp, resume, steps, useProfile } from './crash.mjs'
import { sandbox } from './stage.mjs'

useProfile()

describe('killed', { timeout: 300_000 }, () => {
  test('while the wallet asks: nothing was paid, and there is nothing to take up', async () => {
    dapp.user.answers.eth_signTypedData = 'waits'
    buy()
    await dapp.user.opened('eth_signTypedData')
    await crash()
    assert.deepEqual(await steps(), ['signing'], 'the journal had it before the wallet opened')
    assert.equal(await resume(), null)
    assert.equal((await sandbox.payments()).length, 0)
  })

  test('after the answer: the task is taken up', async () => {
    buy()
    await dapp.untilEvent('accepted')
    await crash()
    assert.deepEqual(await steps(), ['accepted'])
    await assertTakenUp()
  })
})
