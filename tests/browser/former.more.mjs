// A tab that still runs a former build beside one that runs the present one: nothing is paid twice, nothing is lost.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { writeRecords } from '../fixtures/records/storage.mjs'
import { submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

/** The records of that version, as if they had been written a moment ago. */
async function records(version) {
  const found = JSON.parse(await readFile(new URL(`../fixtures/records/${version}.json`, import.meta.url), 'utf8'))
  for (const { order, payment } of Object.values(found)) {
    const since = Date.now() - order.createdAt
    order.createdAt += since
    if (payment?.closesAt) payment.closesAt += since
  }
  return found
}

const entry = '/former.js'
const source = await readFile(new URL('../fixtures/former/index.js', import.meta.url), 'utf8')

/** Opens a world, and another tab in it for the former build, which `inOld` is passed for. */
async function openBoth(...given) {
  const world = await open(...given)
  await world.dapp.page
    .context()
    .route(`**${entry}`, (route) => route.fulfill({ contentType: 'text/javascript', body: source }))
  return { ...world, old: await world.openTab(), inOld: { entry } }
}

const takeUp = (imagine, { id, options }) => imagine.resume(id, options).then((task) => task?.wait() ?? null)
const list = (imagine) => imagine.tasks()

describe('an old tab beside a new one', TIMEOUT, () => {
  test('does not send a signature that it gets while the new one buys', async () => {
    const { sandbox, dapp, order, old, inOld } = await openBoth()
    old.user.answers.eth_signTypedData = 'waits'
    const buying = old.failure(submit, order(), inOld)
    await old.user.opened('eth_signTypedData')
    await dapp.value(submit, order({}, { prompt: 'Another boat' }))
    old.user.answer('eth_signTypedData', true)
    const { code, paid } = await buying
    assert.deepEqual([code, paid], ['unsupported_environment', 'no'])
    assert.equal((await sandbox.payments()).length, 1)
    assert.equal(sandbox.requests.filter(({ paid }) => paid).length, 1)
  })

  test('pays once for a purchase that both make', async () => {
    const { sandbox, dapp, order, old, inOld } = await openBoth()
    const named = order({}, { prompt: 'A paper boat', id: 'order-9' })
    old.user.answers.eth_signTypedData = 'waits'
    const there = old.value(submit, named, inOld)
    await old.user.opened('eth_signTypedData')
    const here = dapp.value(submit, named)
    old.user.answer('eth_signTypedData', true)
    assert.equal((await here).taskId, (await there).taskId)
    assert.equal((await sandbox.payments()).length, 1)
  })

  test('cannot read its purchase, which the new one resumes, until it is reloaded', async () => {
    const { sandbox, dapp, order, old, inOld } = await openBoth()
    const { options } = order()
    const { id, taskId } = await old.value(submit, order(), inOld)
    await dapp.value(submit, order({}, { prompt: 'Another boat' }))
    const { code, paid } = await old.failure(list, null, inOld)
    assert.deepEqual([code, paid], ['unsupported_environment', 'unknown'])
    const result = await dapp.value(takeUp, { id, options })
    assert.deepEqual([result.taskId, Boolean(result.video.url)], [taskId, true])
    assert.equal((await sandbox.payments()).length, 2)
    await old.page.reload()
    assert.deepEqual((await old.value(list)).map(({ step }) => step).sort(), ['accepted', 'done'])
  })
})

describe('records of former builds', TIMEOUT, () => {
  for (const version of ['v1', 'v2']) {
    test(`${version}: are listed, do not prevent a purchase, and can be forgotten`, async () => {
      const { dapp, order, tasks } = await open()
      const found = await records(version)
      await dapp.page.evaluate(writeRecords, Object.values(found))
      const listed = await tasks()
      assert.deepEqual(
        listed.map(({ id }) => id).sort(),
        Object.values(found)
          .map(({ id }) => id)
          .sort(),
      )
      assert.ok(listed.every(({ step }) => step !== 'unreadable'))

      await dapp.value(submit, order())
      assert.equal((await tasks()).length, listed.length + 1, 'the upgrade keeps them')
      const pictured = Object.values(found)
        .filter(({ payment }) => payment?.picture)
        .map(({ id }) => id)
      const kept = await dapp.page.evaluate(readPictures, pictured)
      assert.deepEqual(kept, [true, true])

      const left = await dapp.value(async (imagine) => {
        const left = []
        for (const { id } of await imagine.tasks())
          await imagine.forget(id).catch(({ code, retry }) => left.push([id, code, retry]))
        return left
      })
      const underWay = Object.entries(found).filter(
        ([name]) => name.startsWith('signed') && !name.includes('without a task'),
      )
      const mayBePaid = underWay.map(([, { id }]) => [id, 'invalid_request', 'resume'])
      assert.deepEqual(left.sort(), mayBePaid.sort(), 'but for those for which money may be under way')
    })
  }

  test('a paid purchase of the former build is resumed by this one', async () => {
    const { sandbox, dapp, order, resume, reload, inOld } = await openBoth('paid-500-after')
    void dapp.run(submit, order(), inOld).catch(() => {})
    await dapp.untilEvent('payment_unknown')
    await reload()
    const { video, receipt } = await dapp.value(...resume())
    assert.ok(video.url && receipt.nonce)
    assert.equal((await sandbox.payments()).length, 1)
  })
})

/** Whether the records of these ids have their pictures. */
async function readPictures(ids) {
  const database = await new Promise((resolve) => {
    const opening = indexedDB.open('imagine-x402')
    opening.onsuccess = () => resolve(opening.result)
  })
  const all = database.transaction('purchases').objectStore('purchases').getAll()
  await new Promise((resolve) => {
    all.onsuccess = resolve
  })
  database.close()
  const isPicture = ({ blob, bytes }) => blob instanceof Blob || bytes instanceof ArrayBuffer
  return all.result.filter(({ id }) => ids.includes(id)).map(({ payment }) => isPicture(payment.picture))
}
