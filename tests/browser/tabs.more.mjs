// The same task in two tabs, for a long time and by the real clock.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at } from './calls.mjs'
import { watchRequests } from './harness.mjs'
import { openDapp, openSandbox, stage, useStage } from './stage.mjs'
import { one, open, other, seller } from './tabs.mjs'
import { outcomeOf, pass, processing, wait } from './waits.mjs'

const TIMEOUT = { timeout: 300_000 }

useStage()

describe('two tabs with the same task', TIMEOUT, () => {
  test('poll as one over many polls', async () => {
    await open([processing()])
    for (const tab of [one, other]) await wait(tab, { pollInterval: 10_000 })
    for (let second = 0; second < 200; second++) await pass(one, 1_000)
    assert.ok(seller.looks() >= 15 && seller.looks() <= 27, `${seller.looks()} looks; one tab alone has 18 to 22`)
  })
})

describe('at the real seller, by the real clock', TIMEOUT, () => {
  test('both tabs get the video that one paid for', async () => {
    const sandbox = await openSandbox({ stepMs: 2_000 })
    const one = await openDapp()
    const other = await stage.openDapp({ profile: one.page.context() })
    const watch = watchRequests(sandbox)
    const taskId = await one.value(
      async (imagine, { options }, dapp) => {
        dapp.task = await imagine.submit({ prompt: 'A paper boat on a neon river' }, options)
        return dapp.task.taskId
      },
      { options: at(sandbox.apiUrl) },
    )
    await other.value(async (imagine, taskId, dapp) => {
      dapp.task = await imagine.resume(taskId)
    }, taskId)
    for (const tab of [one, other]) await wait(tab, { pollInterval: 2_000 })
    const [video, same] = await Promise.all([one, other].map(outcomeOf))
    assert.ok(video?.startsWith('http'), video)
    assert.equal(video, same)
    const heard = [await one.events(), await other.events()].flat().filter(({ type }) => type === 'status')
    assert.ok(watch.looks().length < heard.length, `${watch.looks().length} looks, heard ${heard.length} times`)
    assert.equal((await sandbox.payments()).length, 1)
  })
})
