// A page is deployed anew while visitors have it open: tabs of the former build beside those of this one, and what it wrote.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { writeRecords } from '../fixtures/records/storage.mjs'
import { passTime } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { ROOT } from './package.mjs'
import { request, submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()
const FIXTURES = join(ROOT, 'tests', 'fixtures')
const FORMER = { entry: '/former.js' }

/** A world whose tabs can load the former build, too. */
async function openBoth(...given) {
  const world = await open(...given)
  const path = join(FIXTURES, 'former', 'index.js')
  await world.dapp.page.context().route('**/former.js', (route) => route.fulfill({ path, contentType: 'text/javascript' }))
  return world
}

const records = async (version) => JSON.parse(await readFile(join(FIXTURES, 'records', `${version}.json`), 'utf8'))

describe('records of former builds', TIMEOUT, () => {
  for (const version of ['v1', 'v2']) {
    test(`${version}: are listed, stand in no way of a purchase, and are forgotten`, async () => {
      const { dapp, order, tasks } = await open()
      const found = await records(version)
      await dapp.page.evaluate(writeRecords, Object.values(found))
      const listed = await tasks()
      assert.deepEqual(listed.map(({ id }) => id).sort(), Object.values(found).map(({ id }) => id).sort())
      assert.ok(listed.every(({ step }) => step !== 'unreadable'))

      await dapp.value(submit, order())
      assert.equal((await tasks()).length, listed.length + 1, 'the upgrade keeps them')
      const pictured = Object.values(found).filter(({ payment }) => payment?.picture).map(({ id }) => id)
      const kept = await dapp.page.evaluate(readPictures, pictured)
      assert.deepEqual(kept, [true, true])

      const left = await dapp.value(async (imagine) => {
        const left = []
        for (const { id } of await imagine.tasks()) await imagine.forget(id).catch(({ code, retry }) => left.push([id, code, retry]))
        return left
      })
      const underWay = Object.entries(found).filter(([name]) => name.startsWith('signed') && !name.includes('without a task'))
      const mayBePaid = underWay.map(([, { id }]) => [id, 'invalid_request', 'resume'])
      assert.deepEqual(left.sort(), mayBePaid.sort(), 'but for those for which money may be under way')
    })
  }

  test('a paid purchase of the former build is taken up by this one', async () => {
    const { sandbox, dapp, order, resume, reload } = await openBoth('paid-500-after')
    void dapp.run(submit, order(), FORMER).catch(() => {})
    await dapp.untilEvent('payment_unknown')
    await reload()
    const { video, receipt } = await dapp.value(...resume())
    assert.ok(video.url && receipt.nonce)
    assert.equal((await sandbox.payments()).length, 1)
  })
})

describe('a tab of the former build beside one of this', TIMEOUT, () => {
  test('has its prompt open while this one changes the storage: what it gets signed is not sent', async () => {
    const { sandbox, dapp, order, openTab } = await openBoth()
    const other = await openTab()
    dapp.user.answers.eth_signTypedData = 'waits'
    const failing = dapp.failure(submit, order(), FORMER)
    await dapp.user.opened('eth_signTypedData')
    await other.value(submit, order({}, { ...request, prompt: 'Another boat' }))
    dapp.user.answer('eth_signTypedData', true)
    const { code, paid, retry } = await failing
    assert.deepEqual([code, paid, retry], ['unsupported_environment', 'no', 'safe'])
    assert.equal((await sandbox.payments()).length, 1)
    assert.equal((await dapp.failure(submit, order(), FORMER)).code, 'unsupported_environment', 'until it is loaded again')
    dapp.user.answers.eth_signTypedData = true
    await dapp.value(submit, order())
    assert.equal((await sandbox.payments()).length, 2)
  })

  test('has paid when this one changes the storage: the task comes, and this one finds it', async () => {
    const { sandbox, dapp, order, openTab } = await openBoth('paid-500-before', { times: 1 })
    const other = await openTab()
    const buying = dapp.value(submit, order(), FORMER)
    await dapp.untilEvent('payment_unknown')
    const second = await other.value(submit, order({}, { ...request, prompt: 'Another boat' }))
    const { id, taskId } = await buying
    assert.equal((await sandbox.payments()).length, 2)
    const found = await other.value(async (imagine, id) => (await imagine.resume(id)).taskId, id)
    assert.equal(found, taskId)
    assert.notEqual(second.taskId, taskId)
    assert.equal((await sandbox.payments()).length, 2)
  })

  test('and this one at the same purchase: one payment', async () => {
    const { sandbox, dapp, order, openTab } = await openBoth()
    const other = await openTab()
    const named = order({}, { ...request, id: 'order-1' })
    dapp.user.answers.eth_signTypedData = 'waits'
    const there = dapp.value(submit, named, FORMER)
    await dapp.user.opened('eth_signTypedData')
    const here = other.value(submit, named)
    dapp.user.answer('eth_signTypedData', true)
    const both = await Promise.all([there, here])
    assert.equal(both[0].taskId, both[1].taskId)
    await passTime(sandbox, dapp, 120)
    assert.equal((await sandbox.payments()).length, 1)
    assert.equal(await other.asked(SIGN), 0)
  })
})

/** Whether the records of these ids have their pictures. */
async function readPictures(ids) {
  const database = await new Promise((resolve) => {
    const opening = indexedDB.open('imagine-x402')
    opening.onsuccess = () => resolve(opening.result)
  })
  const all = database.transaction('purchases').objectStore('purchases').getAll()
  await new Promise((resolve) => { all.onsuccess = resolve })
  database.close()
  const isPicture = ({ blob, bytes }) => blob instanceof Blob || bytes instanceof ArrayBuffer
  return all.result.filter(({ id }) => ids.includes(id)).map(({ payment }) => isPicture(payment.picture))
}
