/** What the browser remembers of purchases: one record each, shared by all tabs of the origin. */
import { refuse } from './error.js'
import type { Config, TaskRecord, TaskStatus } from './types.js'

/** A record as the core writes it. */
export type Purchase = Omit<TaskRecord, 'baseUrl' | 'prompt' | 'createdAt' | 'price'> & {
  order: Pick<TaskRecord, 'baseUrl' | 'prompt' | 'createdAt' | 'price'>
}

/** A change of a record; a member of `null` is taken out. */
export type Entry = Partial<Omit<Purchase, 'id'>>

export interface Journal {
  /** Resolves once nobody else has hold of that purchase, with the function that lets go of it. */
  hold(id: string, signal?: AbortSignal): Promise<() => void>
  read(id: string): Promise<Purchase | undefined>
  all(): Promise<Purchase[]>
  /** Changes a record, for good once it resolves: what `change` gives takes its place, `undefined` removes it. */
  change(id: string, change: (record: Purchase | undefined) => Purchase | undefined): Promise<void>
}

export function journal(storage: Config['storage'] = 'indexeddb'): Journal {
  if (storage === 'memory') return inMemory
  if (storage === 'indexeddb') return inBrowser
  throw refuse('invalid_request', '`storage` takes "indexeddb" or "memory"')
}

/** Merges an entry into a record. */
export function merge(id: string, entry: Entry): (record: Purchase | undefined) => Purchase {
  return (record) => {
    const all = Object.entries({ ...record, ...entry, id })
    return Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined)) as unknown as Purchase
  }
}

/** Notes how the task of a purchase ended; of what is not in the journal, nothing. */
export function finish(status: TaskStatus['status']): (record: Purchase | undefined) => Purchase | undefined {
  return (record) => record && { ...record, step: 'done', status }
}

const STORE = 'purchases'

const inBrowser: Journal = {
  hold: (id, signal) =>
    new Promise((resolve, reject) => {
      const held = () => new Promise<void>((release) => resolve(release))
      navigator.locks.request(`imagine-x402/${id}`, signal ? { signal } : {}, held).catch(reject)
    }),
  read: (id) => transact('readonly', (store) => store.get(id)),
  all: () => transact('readonly', (store) => store.getAll()),
  change: (id, change) =>
    transact('readwrite', (store) => {
      const found = store.get(id)
      found.onsuccess = () => {
        const record = change(found.result as Purchase | undefined)
        if (record) store.put(record)
        else store.delete(id)
      }
      return found
    }),
}

/** Runs one transaction; what it wrote is on the disk once it resolves. */
async function transact<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const database = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: 'strict' })
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

const records = new Map<string, Purchase>()
const held = new Map<string, Promise<void>>()

const inMemory: Journal = {
  hold: async (id) => {
    const before = held.get(id)
    let release = () => {}
    held.set(id, new Promise((resolve) => (release = resolve)))
    await before
    return release
  },
  read: async (id) => records.get(id),
  all: async () => [...records.values()],
  change: async (id, change) => {
    const record = change(records.get(id))
    if (record) records.set(id, record)
    else records.delete(id)
  },
}
