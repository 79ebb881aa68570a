// A tab that still runs a former build beside one that runs the present one: nothing is paid twice, nothing is lost.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

const entry = '/former.js'
const source = await readFile(new URL('../fixtures/former/index.js', import.meta.url), 'utf8')

/** Opens a world, and another tab in it for the former build, which `inOld` is passed for. */
async function openBoth() {
  const world = await open()
  await world.dapp.page.context().route(`**${entry}`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: source }))
  return { ...world, old: await world.openTab(), inOld: { entry } }
}

const resume = (imagine, { id, options }) => imagine.resume(id, options).then((task) => task && task.wait())
const list = (imagine) => imagine.tasks()

describe('an old tab beside a new one', TIMEOUT, () => {
  test('that asks for a signature while the new one buys: what it gets is not sent', async () => {
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

  test('and the same purchase in both is paid once', async () => {
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

  test('whose video the new one shows; the old one reads nothing until it is reloaded', async () => {
    const { sandbox, dapp, order, old, inOld } = await openBoth()
    const { options } = order()
    const { id, taskId } = await old.value(submit, order(), inOld)
    await dapp.value(submit, order({}, { prompt: 'Another boat' }))
    const { code, paid } = await old.failure(list, null, inOld)
    assert.deepEqual([code, paid], ['unsupported_environment', 'unknown'])
    const result = await dapp.value(resume, { id, options })
    assert.deepEqual([result.taskId, Boolean(result.video.url)], [taskId, true])
    assert.equal((await sandbox.payments()).length, 2)
    await old.page.reload()
    assert.deepEqual((await old.value(list)).map(({ step }) => step).sort(), ['accepted', 'done'])
  })
})
