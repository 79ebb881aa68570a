/** The browser's database of purchases: how it is opened, and a transaction of it. */
import { attempt } from '../attempt.js'

const NAME = 'imagine-x402'
const PURCHASES = 'purchases'
/** An index since version 2: purchases by start time. Records without a time are not in it. */
export const BY_TIME = 'createdAt'
const VERSION = 2

/**
 * Makes the requests of a transaction. The function that it returns is called once the transaction is complete. Wrap
 * the handlers of its requests in `guard`: what they throw then aborts the transaction and rejects the promise.
 */
export type Work<T> = (purchases: IDBObjectStore, guard: Guard) => () => T
export type Guard = (handler: () => void) => () => void

/** Wraps an error that does not come from the database: a new connection would not help. */
export class Thrown {
  constructor(readonly error: unknown) {}
}

/** Reads the database in whatever version it is. Returns `none` if there is no database, and does not create one. */
export function reading<T>(none: T, work: Work<T>): Promise<T> {
  return twice(async () => {
    const database = await openExisting()
    return database ? transact(database, 'readonly', work) : none
  })
}

/** Resolves once the operating system has the data; if `strict`, once it is on disk. */
export function writing<T>(work: Work<T>, durability: IDBTransactionDurability = 'strict'): Promise<T> {
  return twice(async () => transact(await openCurrent(), 'readwrite', work, { durability }))
}

/** Retries once on a fresh connection: on iOS the first try fails when the visitor returns from the wallet's app. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work().catch((error) => (isLasting(error) ? Promise.reject(error) : work()))
  } catch (error) {
    if (error instanceof Thrown) throw error.error
    if (nameOf(error) !== 'VersionError') throw error
    throw new Error('this browser has run a newer version of this page: reload the page', { cause: error })
  }
}

const isLasting = (error: unknown): boolean =>
  error instanceof Thrown || ['QuotaExceededError', 'DataCloneError', 'VersionError'].includes(nameOf(error))

const nameOf = (error: unknown): string => String((error as Partial<DOMException> | null)?.name)

function transact<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: Work<T>,
  options?: IDBTransactionOptions,
): Promise<T> {
  const working = new Promise<T>((resolve, reject) => {
    const transaction = database.transaction(PURCHASES, mode, options)
    let cause: unknown
    const fail = (error: unknown) => {
      cause ??= error
      attempt(() => transaction.abort())
    }
    const guard: Guard = (handler) => () => {
      try {
        handler()
      } catch (error) {
        fail(error)
      }
    }
    transaction.onerror = (event) => {
      prevent(event)
      fail((event.target as IDBRequest).error)
    }
    transaction.onabort = () => reject(transaction.error ?? cause)
    const outcome = work(transaction.objectStore(PURCHASES), guard)
    transaction.oncomplete = () => resolve(outcome())
  })
  return working.finally(() => database.close())
}

/** Opens the database as it is. Returns `undefined` if there is none, or none with purchases. */
async function openExisting(): Promise<IDBDatabase | undefined> {
  let isNew = false
  const opening = open(undefined, ({ transaction }) => {
    isNew = true
    transaction!.abort()
  })
  const database = await opening.catch((error) => (isNew ? undefined : Promise.reject(error)))
  if (!database || database.objectStoreNames.contains(PURCHASES)) return database
  database.close()
  return undefined
}

/** Opens the current version, once no other page has an older version open. */
function openCurrent(): Promise<IDBDatabase> {
  return open(VERSION, ({ result, transaction }) => {
    const purchases = result.objectStoreNames.contains(PURCHASES)
      ? transaction!.objectStore(PURCHASES)
      : result.createObjectStore(PURCHASES, { keyPath: 'id' })
    purchases.createIndex(BY_TIME, 'order.createdAt')
  })
}

function open(version: number | undefined, upgrade: (request: IDBOpenDBRequest) => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, version)
    request.onupgradeneeded = () => upgrade(request)
    request.onsuccess = () => {
      const database = request.result
      database.onversionchange = () => database.close()
      resolve(database)
    }
    request.onerror = (event) => {
      prevent(event)
      reject(request.error)
    }
  })
}

/** Some browsers report errors that are not prevented to the page's own `error` handlers. */
const prevent = (event: Event): void => event.preventDefault()
