// What was made is in the journal, for the day on which the service has forgotten the task, or is away.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

const again = (imagine, { id, options }) => imagine.resume(id, options).then((task) => task.wait())

/** A video that was bought, and the page reloaded. */
async function bought() {
  const world = await open()
  const { dapp, order, buy, tasks, reload } = world
  const made = await dapp.value(...buy())
  const record = await untilDone(tasks)
  await reload()
  return { ...world, made, record, options: order().options }
}

/** The result is written down once the page has it. */
async function untilDone(tasks) {
  for (;;) {
    const [record] = await tasks()
    if (record.step === 'done') return record
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function assertKept(result, { made, record }) {
  const { raw: _, ...rest } = made
  assert.deepEqual(result, { ...rest, raw: null, heardAt: record.result.heardAt })
  assert.ok(Math.abs(result.heardAt - record.createdAt) < 60_000)
}

describe('a finished video', TIMEOUT, () => {
  test('is in the record, without the raw response', async () => {
    const { made, record } = await bought()
    const { raw: _, receipt, ...facts } = made
    const { heardAt, ...kept } = record.result
    assert.deepEqual([kept, record.receipt, record.step, record.status], [facts, receipt, 'done', 'completed'])
    assert.equal(typeof heardAt, 'number')
  })

  test('that the service has forgotten is shown from the journal', async () => {
    const world = await bought()
    world.sandbox.tasks.clear()
    assertKept(await world.dapp.value(again, { id: world.record.id, options: world.options }), world)
    const [{ step, status }] = await world.tasks()
    assert.deepEqual([step, status], ['done', 'completed'], 'the record stays as it was')
  })

  test('whose service is unavailable is shown from the journal', async () => {
    const world = await bought()
    await world.dapp.page.route('**/status', (route) => route.abort())
    assertKept(await world.dapp.value(again, { id: world.made.taskId, options: world.options }), world)
  })

  test('that the service still has is shown from its response', async () => {
    const { dapp, made, record, options } = await bought()
    assert.deepEqual(await dapp.value(again, { id: record.id, options }), made)
  })
})
