// The browser is killed before the signature, and after all is paid.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertTakenUp, buy, crash, dapp, resume, steps, useProfile } from './crash.mjs'
import { sandbox } from './stage.mjs'

useProfile()

describe('killed', { timeout: 300_000 }, () => {
  test('during the wallet prompt: nothing was paid, and there is nothing to resume', async () => {
    dapp.user.answers.eth_signTypedData = 'waits'
    buy()
    await dapp.user.opened('eth_signTypedData')
    await crash()
    assert.deepEqual(await steps(), ['signing'], 'the journal had it before the wallet opened')
    assert.equal(await resume(), null)
    assert.equal((await sandbox.payments()).length, 0)
  })

  test('after the response: the task is resumed', async () => {
    buy()
    await dapp.untilEvent('accepted')
    await crash()
    assert.deepEqual(await steps(), ['accepted'])
    await assertTakenUp()
  })
})
