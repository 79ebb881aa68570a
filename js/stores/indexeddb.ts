/** Purchases stored by the browser: one record each, shared by all tabs of the origin. */
import type { OwnStore } from '../core.js'
import type { StoredPurchase, StoreFilter } from '../types.js'
import { BY_TIME, reading, Thrown, writing } from './database.js'
import { newest } from './newest.js'

type Records = IDBRequest<StoredPurchase[]>

export const inBrowser: OwnStore = {
  tabs: true,
  read: (id) =>
    reading<StoredPurchase | undefined>(undefined, (purchases) => {
      const found = purchases.get(id)
      return () => found.result
    }),
  list: (filter = {}) =>
    reading<StoredPurchase[]>([], (purchases) => {
      const isPart = filter.since !== undefined || filter.limit !== undefined
      const list = isPart && purchases.indexNames.contains(BY_TIME) ? listByTime : listAll
      return list(purchases, filter)
    }),
  update: (id, since, change, durability) =>
    writing((purchases, guard) => {
      const recent: Records | undefined = since === undefined ? undefined : listSince(purchases, since)
      const found: IDBRequest<StoredPurchase | undefined> = purchases.get(id)
      found.onsuccess = guard(() => {
        const before = found.result
        const after = thrown(() => change(before, newest(recent?.result ?? [])))
        if (after === before) return
        if (after) purchases.put(after)
        else purchases.delete(id)
      })
      return () => {}
    }, durability),
}

/** Marks what `change` throws: a retry would end the same. */
function thrown<T>(change: () => T): T {
  try {
    return change()
  } catch (error) {
    throw new Thrown(error)
  }
}

function listAll(purchases: IDBObjectStore, filter: StoreFilter): () => StoredPurchase[] {
  const all: Records = purchases.getAll()
  return () => newest(all.result, filter)
}

/** All times that the index can contain. It also has keys that are not times. */
const LAST = Number.MAX_VALUE
const timesFrom = (first: number): IDBKeyRange => IDBKeyRange.bound(first, LAST)

/** Lists by the index; if that does not fill the limit, the records without a time come next. */
function listByTime(purchases: IDBObjectStore, filter: StoreFilter): () => StoredPurchase[] {
  const { since = -LAST, limit = Infinity } = filter
  const found: StoredPurchase[] = []
  const walk = purchases.index(BY_TIME).openCursor(timesFrom(since), 'prev')
  walk.onsuccess = () => {
    const cursor = walk.result
    if (found.length >= limit) return
    if (!cursor) return addTimeless(purchases, found)
    found.push(cursor.value)
    cursor.continue()
  }
  return () => found.slice(0, limit)
}

/** Adds the records without a time. Of the others, it reads only the ids. */
function addTimeless(purchases: IDBObjectStore, found: StoredPurchase[]): void {
  const timed = purchases.index(BY_TIME).getAllKeys(timesFrom(-LAST))
  const all = purchases.getAllKeys()
  all.onsuccess = () => {
    const known = new Set(timed.result)
    for (const id of all.result.filter((id) => !known.has(id))) {
      const request: IDBRequest<StoredPurchase> = purchases.get(id)
      request.onsuccess = () => found.push(request.result)
    }
  }
}

/** Lists by the index, so that older records cost nothing. */
const listSince = (purchases: IDBObjectStore, since: number): Records =>
  purchases.index(BY_TIME).getAll(IDBKeyRange.lowerBound(since))
