// The store on files, alone. What it promises with the library around it is in crash.*.mjs and processes.*.mjs.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { contract, holds } from '../browser/store-contract.js'
import { fileStore, openFolder, reasonOf } from './places.mjs'
import { run } from './program.mjs'

const TIMEOUT = { timeout: 60_000 }
const DAY_MS = 24 * 60 * 60 * 1_000

const at = (createdAt) => ({ order: { createdAt } })
const put = (store, id, more = {}) => store.update(id, undefined, () => ({ id, ...more }))
const idsOf = (records) => records.map(({ id }) => id)

describe('the store on files', TIMEOUT, () => {
  for (const [title, play] of Object.entries({ ...contract, ...holds })) {
    test(title, async () => play(fileStore(await openFolder())))
  }

  test('holds a purchase for all processes', async () => {
    const { everywhere, release } = await fileStore(await openFolder()).hold('a')
    assert.equal(everywhere, true)
    release()
  })

  test('is one for a folder, however that is named', async () => {
    const folder = await openFolder()
    assert.equal(fileStore(folder), fileStore(new URL(`file://${folder.replaceAll(' ', '%20')}/`)))
    assert.notEqual(fileStore(folder), fileStore(`${folder}2`))
    for (const wrong of [undefined, '', 7, new URL('https://files.test/')]) {
      assert.throws(() => fileStore(wrong), { code: 'invalid_request', paid: 'no' })
    }
  })

  test('reads without creating anything, and creates what nobody else may read', async () => {
    const folder = await openFolder()
    const store = fileStore(folder)
    await store.read('a')
    await store.list({ limit: 1 })
    assert.equal((await reasonOf(stat(folder))).code, 'ENOENT')
    await put(store, 'a', at(1))
    const modes = []
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name))
      modes.push([entry.isDirectory() ? 0o700 : 0o600, mode & 0o777])
    }
    assert.deepEqual([...new Set(modes.map(([expected, found]) => expected === found))], [true])
    assert.equal((await stat(folder)).mode & 0o777, 0o700)
  })

  test('leaves nothing behind of a record that was removed, or of its locks', async () => {
    const folder = await openFolder()
    const store = fileStore(folder)
    for (const time of [1, DAY_MS, 2 * DAY_MS]) await put(store, 'a', at(time))
    ;(await store.hold('a')).release()
    const files = async () =>
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((file) => file.isFile())
        .map(({ name }) => name)
    assert.deepEqual((await files()).sort(), [`${2 * DAY_MS}_a`, 'a.json'])
    await store.update('a', undefined, () => undefined)
    assert.deepEqual(await files(), [])
  })
})

describe('ids of any letters', TIMEOUT, () => {
  const IDS = [
    ...[
      'a',
      'A',
      'é',
      'e\u0301',
      '\ud800',
      '\udc00',
      '\ufffd',
      '',
      ' ',
      '.',
      '..',
      '../a',
      '/etc/passwd',
      'a/b',
      'a\\b',
    ],
    ...['a%0041', '%', '%%', '=', 'con', 'a.json', 'a:b', '__proto__', 'constructor', '\0', 'a_b', '1_a', '😀'],
    ...['x'.repeat(128), 'X'.repeat(128), 'X'.repeat(127), 'x'.repeat(5_000), `=${'0'.repeat(63)}`],
  ]

  test('are kept apart, without regard to the case of file names', async () => {
    const folder = await openFolder()
    const store = fileStore(folder)
    for (const [number, id] of IDS.entries()) await put(store, id, { ...at(number), number })
    for (const [number, id] of IDS.entries()) assert.equal((await store.read(id)).number, number, JSON.stringify(id))
    assert.deepEqual(idsOf(await store.list()), IDS.toReversed())
    assert.deepEqual(idsOf(await store.list({ since: 0 })), IDS.toReversed())
    const names = (await readdir(join(folder, 'purchases'))).map((name) => name.toLowerCase())
    assert.equal(new Set(names).size, IDS.length)
    assert.deepEqual(
      names.filter((name) => name.length > 210 || !/^[a-z0-9_%=-]+\.json$/.test(name)),
      [],
    )
    for (const id of IDS) (await store.hold(id)).release()
    for (const id of IDS) await store.update(id, undefined, () => undefined)
    assert.deepEqual(await store.list(), [])
  })
})

/** All files of records, of which a test breaks some. */
const filesOf = async (folder) =>
  (await readdir(join(folder, 'purchases'))).map((name) => join(folder, 'purchases', name))

describe('a file that was cut off', TIMEOUT, () => {
  test('is a record that cannot be read, wherever it was cut, and is in no way of the others', async () => {
    const folder = await openFolder()
    const store = fileStore(folder)
    const now = Date.now()
    await put(store, 'Broken', { ...at(now), step: 'signed', payment: { body: '{"prompt":"a boat"}' } })
    await put(store, 'whole', at(now - DAY_MS))
    const [file] = (await filesOf(folder)).filter((name) => name.includes('roken'))
    const text = await readFile(file, 'utf8')
    for (let length = 0; length < text.length; length++) {
      await writeFile(file, text.slice(0, length))
      assert.deepEqual(await store.read('Broken'), { id: 'Broken' }, `cut at ${length}`)
    }
    assert.deepEqual(idsOf(await store.list()), ['whole', 'Broken'])
    for (const filter of [{ limit: 9 }, { since: 0 }, { since: now - DAY_MS }]) {
      assert.deepEqual(idsOf(await store.list(filter)), ['Broken', 'whole'], 'by the time of its entry in the index')
    }
    let seen
    await store.update('other', now - 1, (record, recordsSince) => {
      seen = recordsSince
      return record
    })
    assert.deepEqual(seen, [{ id: 'Broken', order: { createdAt: now } }], 'it counts')
    await store.update('Broken', undefined, () => undefined)
    assert.deepEqual(idsOf(await store.list({ since: 0 })), ['whole'])
  })

  test('tells its id from its name, or, if that is a hash, from its start', async () => {
    const [folder, long] = [await openFolder(), 'X'.repeat(300)]
    const store = fileStore(folder)
    await put(store, long, at(1))
    const [file] = await filesOf(folder)
    await truncate(file, 320)
    assert.deepEqual(await store.list(), [{ id: long }])
    await truncate(file, 0)
    const [{ id }] = await store.list({ since: 0 })
    assert.match(id, /^=[0-9a-f]{64}$/)
    await store.update(id, undefined, (record) => {
      assert.deepEqual(record, { id })
      return undefined
    })
    assert.deepEqual(await store.list(), [])
  })

  const BROKEN = {
    'zeros, as after a power failure': '\0'.repeat(900),
    'a file of a newer version': '{"id":"a","version":2,"record":{"id":"a"},"binaries":[]}',
    'the record of another purchase': '{"id":"b","version":1,"record":{"id":"b"},"binaries":[]}',
    'two ids in one file': '{"id":"a","version":1,"record":{"id":"b"},"binaries":[]}',
    'JSON that is not a record': '[]',
    'null as record': '{"id":"a","version":1,"record":null,"binaries":[]}',
  }
  for (const [what, text] of Object.entries(BROKEN)) {
    test(`is like ${what}`, async () => {
      const folder = await openFolder()
      const store = fileStore(folder)
      await put(store, 'a', at(1))
      await writeFile((await filesOf(folder))[0], text)
      assert.deepEqual(await store.list(), [{ id: 'a' }])
      assert.deepEqual(await store.read('a'), { id: 'a' })
    })
  }

  test('or a folder in the place of a file: a read of it fails, a list has it without its content', async () => {
    const folder = await openFolder()
    const store = fileStore(folder)
    await put(store, 'b', at(2))
    await mkdir(join(folder, 'purchases', 'a.json'))
    assert.equal((await reasonOf(store.read('a'))).code, 'EISDIR')
    assert.equal((await reasonOf(put(store, 'a', at(1)))).code, 'EISDIR')
    assert.deepEqual(await store.list(), [{ id: 'b', ...at(2) }, { id: 'a' }])
  })
})

test('a file in the place of the folder is an error, and never an empty store', TIMEOUT, async () => {
  const folder = await openFolder()
  await writeFile(folder, '')
  const store = fileStore(folder)
  for (const call of [
    () => store.read('a'),
    () => store.list(),
    () => store.list({ limit: 1 }),
    () => put(store, 'a'),
    () => store.hold('a'),
  ]) {
    const { code } = await reasonOf(call())
    assert.ok(['ENOTDIR', 'EEXIST'].includes(code), code)
  }
})

test('with 10,000 older records, a change reads those of its period alone, as does a list', TIMEOUT, async () => {
  const folder = await openFolder()
  const store = fileStore(folder)
  const now = Date.now()
  await put(store, 'recent', at(now))
  for (let number = 0; number < 10_000; number++) {
    const [time, id] = [now - DAY_MS * (10 + (number % 300)) - number, `old-${number}`]
    const day = join(folder, 'index', String(Math.floor(time / DAY_MS)))
    mkdirSync(day, { recursive: true })
    writeFileSync(join(day, `${time}_${id}`), '')
    const text = { id, version: 1, record: { id, ...at(time) }, binaries: [] }
    writeFileSync(join(folder, 'purchases', `${id}.json`), JSON.stringify(text))
  }
  const begun = performance.now()
  let seen
  await store.update('new', now - DAY_MS, (_record, recordsSince) => {
    seen = idsOf(recordsSince)
    return { id: 'new', ...at(now + 1) }
  })
  assert.deepEqual(idsOf(await store.list({ limit: 3 })), ['new', 'recent', 'old-0'])
  assert.equal((await store.read('old-9999')).id, 'old-9999')
  const took = performance.now() - begun
  assert.deepEqual(seen, ['recent'])
  assert.ok(took < 250, `${took} ms`)
})

describe('a model', TIMEOUT, () => {
  /** A fixed sequence of numbers below `end`. */
  const numbers = (seed) => (end) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * end)
  }

  for (const seed of [1, 2]) {
    test(`of a map has what the store has, after each of 80 changes (${seed})`, async () => {
      const draw = numbers(seed)
      const [store, model] = [fileStore(await openFolder()), new Map()]
      const timeOf = ({ order }) => order?.createdAt
      const listed = (since) =>
        [...model.values()]
          .filter((record) => timeOf(record) === undefined || timeOf(record) >= since)
          .sort((a, b) => (timeOf(b) ?? -Infinity) - (timeOf(a) ?? -Infinity) || (a.id < b.id ? -1 : 1))
      const steady = (records) =>
        records.toSorted((a, b) => (timeOf(b) ?? -Infinity) - (timeOf(a) ?? -Infinity) || (a.id < b.id ? -1 : 1))
      for (let step = 0; step < 80; step++) {
        const [id, since] = [`Id-${draw(8)}`, (draw(10) - 2) * DAY_MS]
        const time = [undefined, draw(8) * DAY_MS, draw(8) * DAY_MS - 1, 0 - draw(3)][draw(4)]
        const record = draw(4) === 0 ? undefined : { id, step, ...(time !== undefined && at(time)) }
        await store.update(
          id,
          since,
          (before, recordsSince) => {
            assert.deepEqual(before, model.get(id))
            assert.deepEqual(steady(recordsSince), listed(since))
            return record
          },
          draw(2) ? 'strict' : 'relaxed',
        )
        if (record) model.set(id, record)
        else model.delete(id)
        assert.deepEqual(steady(await store.list()), listed(-Infinity))
        assert.deepEqual(await store.read(id), record)
        const limit = draw(5)
        const times = (records) => records.map(timeOf)
        assert.deepEqual(times(await store.list({ since, limit })), times(listed(since).slice(0, limit)))
      }
    })
  }
})

/** Changes a record, and says which files are synced and renamed, in order. */
const TRACE = `
  import fs from 'node:fs/promises'
  import { basename } from 'node:path'
  import { syncBuiltinESMExports } from 'node:module'
  await store.update('b', undefined, () => ({ id: 'b', order: { createdAt: 2 } }))
  const { open, rename } = fs
  fs.rename = (from, to) => (say(basename(from) + ' is ' + basename(to)), rename(from, to))
  fs.open = async (file, ...given) => {
    const opened = await open(file, ...given)
    const { sync } = opened
    opened.sync = () => (say(basename(file)), sync.call(opened))
    return opened
  }
  syncBuiltinESMExports()
  await store.update('a', undefined, () => ({ id: 'a', order: { createdAt: 1 } }), argument)`

test('a record is on the disk before it has its name, and a strict change waits for both', TIMEOUT, async () => {
  const trace = async (durability) => {
    const program = run(TRACE, await openFolder(), { argument: durability })
    assert.equal(await program.over, 0)
    return program.lines
  }
  assert.deepEqual(await trace('strict'), ['0', 'writing', 'writing is a.json', 'purchases'])
  assert.deepEqual(await trace('relaxed'), ['writing', 'writing is a.json'])
})
