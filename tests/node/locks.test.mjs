// The locks of the store on files, between processes that may die at any moment.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { INCREASE, leftIn, lockOf, ownerIn } from './locks.mjs'
import { fileStore, openFolder, reasonOf } from './places.mjs'
import { run } from './program.mjs'

const TIMEOUT = { timeout: 120_000 }

const increase = (store) => store.update('a', undefined, (record) => ({ id: 'a', count: (record?.count ?? 0) + 1 }))
const countIn = async (store) => (await store.read('a'))?.count ?? 0
const isPending = (promise, ms = 300) =>
  Promise.race([
    promise.then(
      () => false,
      () => false,
    ),
    new Promise((resolve) => setTimeout(resolve, ms, true)),
  ])

describe('processes', TIMEOUT, () => {
  test('change a record one after the other', async () => {
    const folder = await openFolder()
    const programs = [1, 2, 3].map(() => run(INCREASE, folder, { argument: 25 }))
    for (const { over } of programs) assert.equal(await over, 0)
    assert.equal(await countIn(fileStore(folder)), 75)
    assert.deepEqual(await leftIn(folder), [])
  })

  test('that are killed within a change have changed nothing, and stand in nobody’s way', async () => {
    const folder = await openFolder()
    const store = fileStore(folder)
    await increase(store)
    const killed = run(`await store.update('a', 0, () => process.kill(process.pid, 'SIGKILL'))`, folder)
    assert.equal(await killed.over, 'SIGKILL')
    assert.deepEqual(await leftIn(folder), ['store'])
    await Promise.all([increase(store), increase(store)])
    assert.equal(await countIn(store), 3)
    assert.deepEqual(await leftIn(folder), [])
  })

  test('have hold of a purchase until they release it, or die', async () => {
    const folder = await openFolder()
    const store = fileStore(folder)
    const holder = run(`await store.hold('a'); say('held'); setInterval(() => {}, 1_000)`, folder)
    await holder.said((line) => line === 'held')
    const leaving = new AbortController()
    const [waiting, left] = [store.hold('a'), store.hold('a', leaving.signal)]
    assert.equal(await isPending(waiting), true)
    leaving.abort('enough')
    assert.equal(await reasonOf(left), 'enough')
    await holder.kill()
    ;(await waiting).release()
    assert.deepEqual(await leftIn(folder), [])
  })

  test('that are stopped still have their hold', async () => {
    const folder = await openFolder()
    const holder = run(`await store.hold('a'); say('held'); setInterval(() => {}, 1_000)`, folder)
    await holder.said((line) => line === 'held')
    process.kill(holder.pid, 'SIGSTOP')
    const waiting = fileStore(folder).hold('a')
    assert.equal(await isPending(waiting), true)
    await holder.kill()
    ;(await waiting).release()
  })

  test('that are dead, and of which their parent has not taken notice, have no hold any more', async () => {
    const folder = await openFolder()
    const holding = `await store.hold('a'); say(process.pid); setInterval(() => {}, 1_000)`
    // A program that waits for no child takes the place of the shell that has started it.
    const parent = run(holding, folder, { shell: '"$0" "$@" & exec sleep 60 #' })
    await parent.said(Number)
    process.kill(parent.lines[0], 'SIGKILL')
    ;(await fileStore(folder).hold('a')).release()
    assert.equal(process.kill(parent.lines[0], 0), true, 'it still has its number')
    await parent.kill()
  })

  test('end by themselves, also with a hold that was never released', async () => {
    const folder = await openFolder()
    assert.equal(await run(`await store.hold('a'); await store.list()`, folder).over, 0)
    ;(await fileStore(folder).hold('a')).release()
  })
})

/** The number of a process that has ended. */
async function deadPid(folder) {
  const program = run('', folder)
  await program.over
  return program.pid
}

/** Takes hold of a purchase, and waits for a file before it links the successor of the lock's owner. */
const SLOW = `
  import fs from 'node:fs/promises'
  import { existsSync } from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const { link } = fs
  let calls = 0
  fs.link = async (...given) => {
    calls += 1
    if (calls === 2) {
      say('about to take over')
      while (!existsSync(argument)) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return link(...given)
  }
  syncBuiltinESMExports()
  const { release } = await store.hold('a')
  say('held')
  release()`

describe('a lock file that was left behind', TIMEOUT, () => {
  const DEAD = {
    'of a process that has ended': async (folder) => ({ pid: await deadPid(folder) }),
    'of another process of the same number': () => ({ started: '1' }),
    'from before the machine was started': () => ({ boot: 'former' }),
  }
  for (const [what, change] of Object.entries(DEAD)) {
    test(`${what} is taken over`, async () => {
      const folder = await openFolder()
      const owner = { ...(await ownerIn(folder)), token: 'dead', ...(await change(folder)) }
      await writeFile(lockOf(folder, 'a'), JSON.stringify(owner))
      const holds = [1, 2, 3].map(() => fileStore(folder).hold('a'))
      for (const hold of holds) (await hold).release()
      assert.deepEqual(await leftIn(folder), [])
    })
  }

  test('of a process that is running is respected', async () => {
    const folder = await openFolder()
    await writeFile(lockOf(folder, 'a'), JSON.stringify({ ...(await ownerIn(folder)), token: 'alive' }).slice())
    const leaving = new AbortController()
    const waiting = fileStore(folder).hold('a', leaving.signal)
    assert.equal(await isPending(waiting), true)
    leaving.abort()
    assert.equal((await reasonOf(waiting)).name, 'AbortError')
    assert.equal((await leftIn(folder)).length, 1)
  })

  for (const [what, text] of Object.entries({
    'is empty': '',
    'is garbage': 'a lock',
    'is not an owner': '{"token":"t"}',
    'has no token': JSON.stringify({ host: hostname(), boot: null, pid: 1, started: null }),
    'is a path': JSON.stringify({ host: hostname(), boot: null, pid: 1, started: null, token: '../../a' }),
    'is null': 'null',
  })) {
    test(`and ${what} is taken over`, async () => {
      const folder = await openFolder()
      await mkdir(join(folder, 'locks'), { recursive: true })
      for (const name of ['store', 'a']) {
        await writeFile(name === 'a' ? lockOf(folder, name) : join(folder, 'locks', name), text)
      }
      await increase(fileStore(folder))
      ;(await fileStore(folder).hold('a')).release()
      assert.deepEqual(await leftIn(folder), [])
    })
  }

  test('by processes that died while they waited is removed by the next process', async () => {
    const folder = await openFolder()
    const owner = await ownerIn(folder)
    const own = (name) => join(folder, 'locks', `store.${name}.own`)
    const dead = { ...owner, pid: await deadPid(folder), token: 'dead' }
    await writeFile(own('dead'), JSON.stringify(dead))
    await writeFile(own('alive'), JSON.stringify({ ...owner, token: 'alive' }))
    await run(`(await store.hold('a')).release()`, folder).over
    assert.deepEqual(await leftIn(folder), ['store.alive.own'])
  })

  test('by successors that died, too, is taken over', async () => {
    const folder = await openFolder()
    const dead = { ...(await ownerIn(folder)), pid: await deadPid(folder) }
    const file = lockOf(folder, 'a')
    await writeFile(file, JSON.stringify({ ...dead, token: 'first' }))
    await writeFile(`${file}.first`, JSON.stringify({ ...dead, token: 'second' }))
    await writeFile(`${file}.second`, JSON.stringify({ ...dead, token: 'third' }))
    const { release } = await fileStore(folder).hold('a')
    const other = fileStore(folder).hold('a')
    assert.equal(await isPending(other), true)
    release()
    ;(await other).release()
    assert.deepEqual(await leftIn(folder), [])
  })

  test('is not taken over by a process that was slow, and found it before another one took it over', async () => {
    const folder = await openFolder()
    const [file, go] = [lockOf(folder, 'a'), join(folder, 'go')]
    const dead = { ...(await ownerIn(folder)), pid: await deadPid(folder), token: 'dead' }
    await writeFile(file, JSON.stringify(dead))
    const slow = run(SLOW, folder, { argument: go })
    await slow.said((line) => line === 'about to take over')
    const { release } = await fileStore(folder).hold('a')
    await writeFile(go, '')
    assert.equal(await isPending(slow.said((line) => line === 'held')), true)
    release()
    assert.equal(await slow.over, 0)
    assert.deepEqual(slow.lines, ['about to take over', 'held'])
    assert.deepEqual(await leftIn(folder), [])
  })

  test('by a successor that is running is respected', async () => {
    const folder = await openFolder()
    const alive = await ownerIn(folder)
    const file = lockOf(folder, 'a')
    await writeFile(file, JSON.stringify({ ...alive, pid: await deadPid(folder), token: 'first' }))
    await writeFile(`${file}.first`, JSON.stringify({ ...alive, token: 'second' }))
    const leaving = new AbortController()
    const waiting = fileStore(folder).hold('a', leaving.signal)
    assert.equal(await isPending(waiting), true)
    leaving.abort()
    await reasonOf(waiting)
    assert.equal((await leftIn(folder)).length, 2)
  })
})
