// An agent is killed at the other moments of its purchase, and before calls of the file system.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { agent, BUY, outcomeOf, sandbox, useSandbox } from './agent.mjs'
import { play } from './crash.mjs'
import { CRASHES } from './crashes.mjs'
import { openFolder } from './places.mjs'
import { FILE, table } from './table.mjs'

const WAITING = 'while the video is made'

describe('an agent that is killed', { timeout: 300_000 }, () => {
  // The first poll finds it unfinished.
  useSandbox({ stepMs: 1_500 })
  const crash = CRASHES.find(({ moment }) => moment === WAITING)
  test(crash.moment, () => play(crash))
})

describe('an agent that is killed', { timeout: 300_000 }, () => {
  useSandbox()
  const others = CRASHES.filter(({ step, moment }) => step !== 'signed' && moment !== WAITING)
  for (const crash of others) test(crash.moment, () => play(crash))

  test('before calls of the file system, here and there: the next one pays once in all, and has the video', async () => {
    const counted = agent(`${BUY}; say(globalThis.calls)`, await openFolder(), { preload: 'kill-at.mjs' })
    const calls = await outcomeOf(counted)
    assert.ok(calls > 60, `${calls} calls`)
    const before = (await sandbox.payments()).length
    const killAt = async (at) => {
      const [folder, request] = [await openFolder(), { id: `at-${at}` }]
      const killed = agent(BUY, folder, { request, preload: 'kill-at.mjs', env: { KILL_AT: String(at) } })
      assert.equal(await killed.over, 'SIGKILL', `at ${at}`)
      const { video, ...error } = await outcomeOf(agent(BUY, folder, { request }))
      assert.ok(video, `at ${at}: ${JSON.stringify(error)}`)
    }
    const numbers = Array.from({ length: 16 }, (_, part) => 1 + Math.floor((part * (calls - 1)) / 16) + (part % 3))
    const wanted = numbers.length
    while (numbers.length > 0) await Promise.all(numbers.splice(0, 2).map(killAt))
    assert.equal((await sandbox.payments()).length - before, wanted)
  })
})

test('the table has every moment (npm run crashes:table)', async () => {
  assert.equal(await readFile(FILE, 'utf8'), table())
})
