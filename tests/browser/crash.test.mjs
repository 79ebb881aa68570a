// The browser is killed around the payment and started again on the same profile: paid once, and what was paid for
// arrives.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertTakenUp, buy, crash, dapp, steps, useProfile } from './crash.mjs'
import { sandbox } from './stage.mjs'

useProfile()

describe('killed', { timeout: 300_000 }, () => {
  test('after the signature, before the payment was sent: it is sent on return', async () => {
    let held
    const leaving = new Promise((resolve) => {
      held = resolve
    })
    await dapp.page.route('**/generation/create', (route) =>
      route.request().headers()['x-payment'] ? held() : route.continue(),
    )
    buy()
    await leaving
    await crash()
    assert.deepEqual(await steps(), ['signed'], 'the journal had it before it left')
    assert.equal((await sandbox.payments()).length, 0)
    await assertTakenUp()
  })

  test('after the payment was sent: its task is found', async () => {
    sandbox.fault('paid-delayed')
    buy()
    while ((await sandbox.payments()).length === 0) await sandbox.client.getBlockNumber()
    await crash()
    assert.deepEqual(await steps(), ['signed'])
    await assertTakenUp()
  })
})
