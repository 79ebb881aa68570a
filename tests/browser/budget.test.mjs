// What all purchases may cost together, over reloads and tabs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN } from './harness.mjs'
import { submit, useWorlds } from './world.mjs'

const open = useWorlds()
const budget = { amount: '1.50', per: 'day' } // a video costs 1.00

describe('a budget', { timeout: 300_000 }, () => {
  test('is kept over reloads, before the wallet asks for a signature', async () => {
    const { sandbox, dapp, order, tasks, reload } = await open()
    await dapp.value(submit, order({ budget }))
    await reload()
    const { code, paid, retry, details } = await dapp.failure(submit, order({ budget }))
    assert.deepEqual([code, paid, retry], ['budget_exceeded', 'no', 'safe'])
    const all = await tasks()
    assert.deepEqual(details, { budget: '1.50', left: '0.50', price: '1.00', resetsAt: all[0].receipt.at + 24 * 3_600_000 })
    assert.equal(all.length, 1, 'nothing is left of the refused purchase')
    assert.equal(await dapp.asked(SIGN), 0)
    await dapp.value(submit, order({ budget: { amount: '2.00', per: 'day' } }))
    assert.equal((await sandbox.payments()).length, 2)
  })

  test('is one for all tabs: while one asks for a signature, another cannot spend the same', async () => {
    const { sandbox, dapp, order, openTab } = await open()
    const other = await openTab()
    dapp.user.answers.eth_signTypedData = 'waits'
    const refused = dapp.failure(submit, order({ budget }))
    await dapp.user.opened('eth_signTypedData')
    const { code, details } = await other.failure(submit, order({ budget }))
    assert.deepEqual([code, details.left], ['budget_exceeded', '0.50'])
    dapp.user.answer('eth_signTypedData', false)
    assert.equal((await refused).code, 'user_rejected')
    await other.value(submit, order({ budget }))
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('is spent once when two tabs buy at the same time', async () => {
    const { sandbox, dapp, order, openTab } = await open()
    const other = await openTab()
    const outcomes = await Promise.all([dapp, other].map((tab) => tab.run(submit, order({ budget }))))
    assert.deepEqual(outcomes.map(({ error }) => error?.code ?? 'bought').sort(), ['bought', 'budget_exceeded'])
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('of a client is lifted by no call', async () => {
    const { dapp, order } = await open()
    const { code, retry } = await dapp.failure((imagine, { request, options }) => {
      const client = imagine.createClient({ ...options, budget: { amount: '0.99', per: 'week' } })
      return client.submit(request, { budget: { amount: '100', per: 'hour' } })
    }, order())
    assert.deepEqual([code, retry], ['budget_exceeded', 'never'], 'no waiting helps')
  })
})
