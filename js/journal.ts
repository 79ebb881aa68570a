/** What the browser remembers of purchases: one record each, shared by all tabs of the origin. */
import { within } from './abort.js'
import { refuse } from './error.js'
import type { StoredPicture } from './image.js'
import { lock, locks } from './lock.js'
import { members } from './members.js'
import type { Config, TaskRecord, TaskStatus } from './types.js'

/** A record as the core writes it. */
export type Purchase = Omit<TaskRecord, 'baseUrl' | 'prompt' | 'createdAt' | 'price'> & {
  /** `seed` is the id as it was sent; version 1 sent the id itself. */
  order: Pick<TaskRecord, 'baseUrl' | 'prompt' | 'createdAt' | 'price'> & { seed?: string }
  /** What was signed; with `body`, it may be sent again. */
  payment?: { body?: string; picture?: StoredPicture } | null
}

/** A change of a record; a member of `null` is taken out. */
export type Entry = Partial<Omit<Purchase, 'id'>>

export interface Journal {
  /** Resolves once nobody else has hold of that purchase, with the function that lets go of it. */
  hold(id: string, signal?: AbortSignal): Promise<(() => void) | undefined>
  /** Whether "nobody else" includes the other tabs. */
  keepsTabsApart(): boolean
  read(id: string): Promise<Purchase | undefined>
  all(): Promise<Purchase[]>
  /**
   * Changes a record, for good once it resolves (`relaxed`: unless the power fails): what `change` gives takes its place, `undefined`
   * removes it. Resolves with all records as they stood before; nobody else writes in between.
   */
  change(id: string, change: Change, durability?: IDBTransactionDurability): Promise<Purchase[]>
}

type Change = (record: Purchase | undefined) => Purchase | undefined

export function journal(storage: Config['storage'] = 'indexeddb'): Journal {
  if (storage === 'memory') return inMemory
  if (storage === 'indexeddb') return inBrowser
  throw refuse('invalid_request', '`storage` takes "indexeddb" or "memory"')
}

/** Merges an entry into a record. What is not about a new purchase needs one. */
export function merge(id: string, entry: Entry): (record: Purchase | undefined) => Purchase {
  return (record) => {
    if (!record && !entry.order) throw new Error('the record of the purchase is gone')
    return members({ ...record, ...entry, id }) as unknown as Purchase
  }
}

/** Notes how the task of a purchase ended; of what is not in the journal, nothing. */
export function finish(status: TaskStatus['status']): Change {
  return (record) => record && { ...record, step: 'done', status }
}

/** A journal that takes longer does not work. */
export const PATIENCE_MS = 10_000

/** The outcome of work that should not take long, or a failure if it does. */
export const soon = <T>(work: Promise<T>): Promise<T> => within(PATIENCE_MS, work, new Error('the storage did not respond in time'))

const STORE = 'purchases'

const inBrowser: Journal = {
  hold: (id, signal) => (inBrowser.keepsTabsApart() ? lock(`imagine-x402/${id}`, signal ? { signal } : {}) : inTurn(id)),
  keepsTabsApart: () => locks() !== undefined,
  read: (id) => soon(transact('readonly', (store) => store.get(id))),
  all: () => soon(transact('readonly', (store) => store.getAll())),
  change: (id, change, durability) =>
    transact('readwrite', (store) => {
      const all = store.getAll()
      const found = store.get(id)
      found.onsuccess = () => {
        const record = change(found.result as Purchase | undefined)
        if (record) store.put(record)
        else store.delete(id)
      }
      return all
    }, durability),
}

/** Runs one transaction; what it wrote has been handed to the system once it resolves, and is on the disk if it is `strict`. */
async function transact<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest, durability: IDBTransactionDurability = 'strict'): Promise<T> {
  const database = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability })
      const request = work(transaction.objectStore(STORE))
      transaction.oncomplete = () => resolve(request.result as T)
      transaction.onabort = () => reject(transaction.error)
    })
  } finally {
    database.close()
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('imagine-x402', 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

const held = new Map<string, Promise<void>>()

/** Lets the calls of this page have hold of a purchase one after the other. */
async function inTurn(id: string): Promise<() => void> {
  const before = held.get(id)
  let release = () => {}
  held.set(id, new Promise((resolve) => (release = resolve)))
  await before
  return release
}

const records = new Map<string, Purchase>()

const inMemory: Journal = {
  hold: inTurn,
  keepsTabsApart: () => true,
  read: async (id) => records.get(id),
  all: async () => [...records.values()],
  change: async (id, change) => {
    const all = [...records.values()]
    const record = change(records.get(id))
    if (record) records.set(id, record)
    else records.delete(id)
    return all
  },
}
