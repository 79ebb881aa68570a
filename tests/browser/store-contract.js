// What every `storage` promises. Each case runs in a page, on an empty store, and throws where a promise is broken.

const order = (createdAt) => ({ order: { createdAt } })
const put = (store, id, more = {}) => store.update(id, undefined, () => ({ id, ...more }))
const idsOf = (records) => records.map(({ id }) => id)

export function same(actual, expected, what = '') {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(value))
  if (one !== other) throw new Error(`${what} ${one} instead of ${other}`)
}

/** What a promise rejects with. */
export const reasonOf = (promise) =>
  promise.then(
    () => Promise.reject(new Error('it resolved')),
    (reason) => reason,
  )

/** Whether a promise is pending after all that is under way has had the time to settle it. */
export async function isPending(promise, ms = 50) {
  let pending = true
  const settle = () => (pending = false)
  promise.then(settle, settle)
  await new Promise((resolve) => setTimeout(resolve, ms))
  return pending
}

export const contract = {
  async 'has nothing at first'(store) {
    same(await store.read('a'), undefined)
    same(await store.list(), [])
    same(await store.list({ since: 0, limit: 9 }), [])
    await store.update('a', undefined, () => undefined)
  },

  async 'keeps what a change returns, by its id'(store) {
    const seen = []
    const change = (record, recordsSince) => {
      seen.push([record, recordsSince])
      return { id: 'a', step: 'signing', payment: { body: '{}' } }
    }
    same(await store.update('a', undefined, change), undefined)
    same(seen, [[undefined, []]])
    same(await store.read('a'), { id: 'a', step: 'signing', payment: { body: '{}' } })
    same(await store.read('b'), undefined)
  },

  async 'keeps pictures as they are'(store) {
    const bytes = new Uint8Array([1, 2, 3]).buffer
    await put(store, 'a', { picture: { blob: new Blob(['boat'], { type: 'image/png' }), bytes } })
    const { picture } = await store.read('a')
    same([await picture.blob.text(), picture.blob.type], ['boat', 'image/png'])
    same([...new Uint8Array(picture.bytes)], [1, 2, 3])
  },

  async 'gives a change the record, whose place it takes'(store) {
    await put(store, 'a', { step: 'signing', paid: 'no' })
    await store.update('a', undefined, ({ id, step }) => ({ id, step: `${step}, then signed` }))
    same(await store.read('a'), { id: 'a', step: 'signing, then signed' })
  },

  async 'removes a record, and no other'(store) {
    for (const id of ['a', 'b', 'c']) await put(store, id)
    await store.update('a', undefined, () => undefined)
    await store.update('b', undefined, () => undefined)
    await store.update('gone', undefined, () => undefined)
    same(idsOf(await store.list()), ['c'])
  },

  async 'leaves a record that comes back as it was'(store) {
    await put(store, 'a', { step: 'done' })
    await store.update('a', undefined, (record) => record)
    await store.update('b', undefined, (record) => record)
    same(await store.list(), [{ id: 'a', step: 'done' }])
  },

  async 'lists the newest first, and those without a time last'(store) {
    const times = { old: 1_000, new: 3_000, middle: 2_000, early: -5 }
    const timeless = {
      nan: order(NaN),
      text: order('2026-11-30'),
      list: order([9]),
      endless: order(Infinity),
      null: { order: null },
      none: {},
    }
    for (const [id, time] of Object.entries(times)) await put(store, id, order(time))
    for (const [id, more] of Object.entries(timeless)) await put(store, id, more)
    const last = Object.keys(timeless)
    const timed = ['new', 'middle', 'old', 'early']
    const listed = idsOf(await store.list())
    same(listed.slice(0, 4), timed)
    same(listed.slice(4).sort(), last.toSorted())
    same(idsOf(await store.list({ since: 2_000 })).slice(0, 2), ['new', 'middle'])
    same(
      idsOf(await store.list({ since: 2_000 }))
        .slice(2)
        .sort(),
      last.toSorted(),
      'since',
    )
    same(idsOf(await store.list({ limit: 2 })), ['new', 'middle'])
    same(idsOf(await store.list({ limit: 4 })), timed)
    same(idsOf(await store.list({ limit: 5 })).slice(0, 4), timed)
    same((await store.list({ limit: 5 })).length, 5)
    same((await store.list({ limit: 99 })).length, 10)
    same(await store.list({ limit: 0 }), [])
    same(idsOf(await store.list({ since: 1_000, limit: 2 })), ['new', 'middle'])
    same(idsOf(await store.list({ since: 2_001, limit: 1 })), ['new'])
    same((await store.list({ since: 2_001, limit: 9 })).length, 7)
  },

  async 'gives a change the records since a time, as they are listed'(store) {
    for (const time of [1, 2, 3, 4]) await put(store, `at ${time}`, order(time))
    const since = async (id, time) => {
      let seen
      await store.update(id, time, (record, recordsSince) => {
        seen = idsOf(recordsSince)
        return record
      })
      return seen
    }
    same(await since('at 1', undefined), [])
    same(await since('new', 2), ['at 4', 'at 3', 'at 2'])
    same(await since('at 4', 4), ['at 4'], 'the record itself is one of them')
    same(await since('at 4', 5), [])
    same(await since('new', 0), idsOf(await store.list({ since: 0 })))
  },

  async 'writes nothing where a change throws, and rejects with what it threw'(store) {
    await put(store, 'a', { step: 'signed' })
    let calls = 0
    for (const thrown of [new Error('no'), { code: 1 }, 'no', undefined, null]) {
      const reason = await reasonOf(
        store.update('a', 0, () => {
          calls += 1
          throw thrown
        }),
      )
      same(reason === thrown, true, `${thrown}`)
    }
    same(calls, 5, 'calls of a change that throws')
    same(await store.list(), [{ id: 'a', step: 'signed' }])
    await put(store, 'a', { step: 'accepted' })
    same((await store.read('a')).step, 'accepted', 'it works after that')
  },

  async 'lets nobody write within a change'(store) {
    const increased = (record) => ({ id: 'a', ...order(0), count: (record?.count ?? 0) + 1 })
    const increase = () => store.update('a', undefined, increased)
    await Promise.all(Array.from({ length: 20 }, increase))
    same((await store.read('a')).count, 20)

    const spend = (id) => store.update(id, 1, (_record, { length }) => ({ id, ...order(1), before: length }))
    await Promise.all(['x', 'y', 'z'].map(spend))
    const seen = (await store.list({ since: 1 })).map(({ before }) => before)
    same(seen.sort(), [0, 1, 2], 'records that each of three has seen')
  },
}

/** What a page's own store promises of its `hold`. The library holds its own stores itself. */
export const holds = {
  async 'lets one have hold of a purchase after the other'(store) {
    const first = await store.hold('a')
    const second = store.hold('a')
    const third = store.hold('a')
    const other = await store.hold('b')
    same(typeof other.everywhere, 'boolean')
    same(await isPending(second), true)
    first.release()
    first.release()
    const { release } = await second
    same(await isPending(third), true, 'a second release lets nobody else in')
    release()
    ;(await third).release()
    other.release()
    ;(await store.hold('a')).release()
  },

  async 'waits for a hold until the signal fires, and lets nobody in by that'(store) {
    const first = await store.hold('a')
    const leaving = new AbortController()
    const left = reasonOf(store.hold('a', leaving.signal))
    const waiting = store.hold('a', new AbortController().signal)
    same(await isPending(left), true)
    const reason = { why: 'the visitor left' }
    leaving.abort(reason)
    same((await left) === reason, true, 'the reason')
    same((await reasonOf(store.hold('a', leaving.signal))) === reason, true, 'at once')
    same(await isPending(waiting), true, 'the next one')
    first.release()
    const { release } = await waiting
    release()
    same((await reasonOf(store.hold('free', leaving.signal))) === reason, true, 'of what is free')
    ;(await store.hold('free')).release()
  },

  async 'keeps a hold whose signal fires later'(store) {
    const leaving = new AbortController()
    const first = await store.hold('a', leaving.signal)
    leaving.abort()
    const second = store.hold('a')
    same(await isPending(second), true)
    first.release()
    ;(await second).release()
  },
}
