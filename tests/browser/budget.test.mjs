// What all purchases may cost together, over reloads and tabs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN } from './harness.mjs'
import { submit, useWorlds } from './world.mjs'

const open = useWorlds()
const budget = { amount: '1.50', per: 'day' } // a video costs 1.00

describe('a budget', { timeout: 300_000 }, () => {
  test('still applies after a reload, before the wallet asks for a signature', async () => {
    const { sandbox, dapp, order, tasks, stored, reload } = await open()
    await dapp.value(submit, order({ budget }))
    await reload()
    const { code, paid, retry, details } = await dapp.failure(submit, order({ budget }))
    assert.deepEqual([code, paid, retry], ['budget_exceeded', 'no', 'safe'])
    const all = await tasks()
    const [{ closesAt }] = await stored()
    assert.deepEqual(details, { budget: '1.50', left: '0.50', price: '1.00', resetsAt: closesAt + 24 * 3_600_000 })
    assert.equal(all.length, 1, 'nothing is left of the refused purchase')
    assert.equal(await dapp.asked(SIGN), 0)
    await dapp.value(submit, order({ budget: { amount: '2.00', per: 'day' } }))
    assert.equal((await sandbox.payments()).length, 2)
  })

  test('is shared by all tabs: while one asks for a signature, another cannot spend the same', async () => {
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

  test('of a client cannot be lifted by a call', async () => {
    const { dapp, order } = await open()
    const { code, retry } = await dapp.failure((imagine, { request, options }) => {
      const client = imagine.createClient({ ...options, budget: { amount: '0.99', per: 'week' } })
      return client.submit(request, { budget: { amount: '100', per: 'hour' } })
    }, order())
    assert.deepEqual([code, retry], ['budget_exceeded', 'never'], 'no waiting helps')
  })

  const state = (imagine, options) => imagine.budget(options)

  test('reports what is spent and left, and when some of it becomes available', async () => {
    const { dapp, order, stored } = await open()
    const empty = { limit: '2.50', spent: '0.00', left: '2.50', resetsAt: null }
    const options = { budget: { amount: '2.50', per: 'hour' } }
    assert.deepEqual(await dapp.value(state, options), empty)
    assert.equal(await dapp.value(state), null, 'there is none')
    await dapp.value(submit, order(options))
    const [{ closesAt }] = await stored()
    const spent = { limit: '2.50', spent: '1.00', left: '1.50', resetsAt: closesAt + 3_600_000 }
    assert.deepEqual(await dapp.value(state, options), spent)
    const ofClient = await dapp.value((imagine, options) => imagine.createClient(options).budget(), options)
    assert.deepEqual(ofClient, spent)
    const inMemory = await dapp.value(state, { ...options, storage: 'memory' })
    assert.deepEqual(inMemory, empty, 'that storage has none of it')
    for (const wrong of [
      { budget: { amount: 5, per: 'hour' } },
      { budget: null },
      { budgte: options.budget },
      { storage: '' },
    ]) {
      assert.equal((await dapp.failure(state, wrong)).code, 'invalid_request', JSON.stringify(wrong))
    }
  })

  test('sends one event when a purchase takes it past 80 %', async () => {
    const { dapp, order } = await open()
    const told = async (amount) => {
      await dapp.value(submit, order({ budget: { amount, per: 'day' } }))
      return (await dapp.events()).filter(({ type }) => type === 'budget')
    }
    assert.deepEqual(await told('1.25'), [], 'to 80 %')
    const [{ limit, spent, left }, ...others] = await told('2.40')
    assert.deepEqual([limit, spent, left, others], ['2.40', '2.00', '0.40', []])
    assert.equal((await told('3.00')).length, 2)
    assert.equal((await told('4.10')).length, 3)
  })

  test('counts forgotten purchases, whose amount and time are kept', async () => {
    const { dapp, order, tasks, stored } = await open()
    await dapp.value(submit, order({ budget }))
    const [{ id, closesAt }] = await stored()
    await dapp.value((imagine, id) => imagine.forget(id), id)
    assert.deepEqual(await tasks(), [])
    const forgotten = [{ by: closesAt, atomic: '1000000' }]
    assert.deepEqual(await stored(), [{ id, step: 'forgotten', order: { createdAt: closesAt }, forgotten }])
    const { code, details } = await dapp.failure(submit, order({ budget }))
    assert.deepEqual([code, details.left], ['budget_exceeded', '0.50'])
    assert.equal((await dapp.value(state, { budget })).spent, '1.00')
  })
})
