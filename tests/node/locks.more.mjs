// The locks of the store on files, where it takes longer to see.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { INCREASE, leftIn, lockOf, ownerIn } from './locks.mjs'
import { fileStore, openFolder, reasonOf } from './places.mjs'
import { run } from './program.mjs'

const TIMEOUT = { timeout: 300_000 }

test('a lock of another host is waited for, for a while; the error names the file to delete', TIMEOUT, async () => {
  const folder = await openFolder()
  const file = lockOf(folder, 'a')
  await writeFile(file, JSON.stringify({ ...(await ownerIn(folder)), host: 'another', token: 'far' }))
  const { message } = await reasonOf(fileStore(folder).hold('a'))
  assert.match(message, /process \d+ of the host another .* delete that file/)
  assert.ok(message.includes(file))
})

describe('a process that is killed before any call of the file system', TIMEOUT, () => {
  const DAY_MS = 86_400_000
  const before = { id: 'a', order: { createdAt: DAY_MS }, step: 'before' }
  const after = { id: 'a', order: { createdAt: 5 * DAY_MS }, step: 'after' }
  const change = (to) => `await store.update('a', 0, () => argument[${to}] ?? undefined); say(globalThis.calls)`

  for (const [what, [from, to]] of Object.entries({
    'has created a record, or not': [undefined, after],
    'has replaced a record, or not': [before, after],
    'has removed a record, or not': [before, undefined],
  })) {
    test(`${what}; the store works on`, async () => {
      const count = async () => {
        const folder = await openFolder()
        if (from) await fileStore(folder).update('a', 0, () => from)
        const counted = run(change(0), folder, { argument: [to], preload: 'kill-at.mjs' })
        await counted.over
        return counted.lines[0]
      }
      const calls = await count()
      assert.ok(calls > 8, `${calls} calls`)
      const killAt = async (at) => {
        const folder = await openFolder()
        const store = fileStore(folder)
        if (from) await store.update('a', 0, () => from)
        const program = run(change(0), folder, { argument: [to], preload: 'kill-at.mjs', env: { KILL_AT: String(at) } })
        assert.equal(await program.over, 'SIGKILL')
        const found = await store.read('a')
        assert.ok(
          [from, to].some((one) => JSON.stringify(one) === JSON.stringify(found)),
          JSON.stringify(found),
        )
        for (const filter of [undefined, { since: 0 }, { limit: 2 }, { since: 0, limit: 1 }]) {
          assert.deepEqual(await store.list(filter), found ? [found] : [], `${JSON.stringify(filter)} at ${at}`)
        }
        const own = found?.order.createdAt ?? 0
        assert.deepEqual(await store.list({ since: own + 1 }), [], 'nothing twice, nothing from another time')
        await store.update('b', 0, () => ({ id: 'b' }))
        await store.update('a', 0, () => undefined)
        assert.deepEqual(await store.list({ since: 0 }), [{ id: 'b' }])
        const left = await leftIn(folder)
        assert.deepEqual(
          left.filter((name) => !name.endsWith('.own')),
          [],
        )
      }
      const numbers = Array.from({ length: calls }, (_, at) => at + 1)
      while (numbers.length > 0) await Promise.all(numbers.splice(0, 4).map(killAt))
    })
  }
})

test('processes that die anywhere lose no change that they have made, and keep nobody out', TIMEOUT, async () => {
  const folder = await openFolder()
  let [done, killed] = [0, 0]
  const lane = async () => {
    for (let round = 0; round < 15; round++) {
      const program = run(INCREASE, folder, { argument: 12, preload: 'kill-at.mjs', env: { KILL_AT: 'random' } })
      killed += (await program.over) === 'SIGKILL' ? 1 : 0
      done += program.lines.length
    }
  }
  await Promise.all([lane(), lane(), lane(), lane()])
  const { count } = await fileStore(folder).read('a')
  assert.ok(killed > 10, `${killed} were killed`)
  assert.ok(done <= count && count <= done + killed, `${done} changes that were said, ${count} made, ${killed} killed`)
  const left = await leftIn(folder)
  assert.ok(left.length <= 2 * killed, `${left}`)
})
