/**
 * Purchases as files, for all processes of a machine:
 *
 * - `purchases/<id>.json`: a record each, replaced in one step.
 * - `index/<day>/<time>_<id>`: an empty file for each record, by when its purchase was begun. It is created before the
 *   record, and removed after it, so a change reads the records of a budget's period alone, and misses none.
 * - `locks/`: one lock for changes, and one per purchase that somebody has hold of.
 * - `writing`: the record that is being written.
 */
import { createHash } from 'node:crypto'
import { readdir, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { newest, timeOf } from '../stores/newest.js'
import type { Store, StoreChange, StoredPurchase, StoreFilter, StoreHold } from '../types.js'
import { fileNameOf, idOf, isHashed } from './file-names.js'
import { makeFolder, orMissing, readIfThere, removeIfThere, replace, syncFolder, touch } from './files.js'
import { lock, type Release } from './lock.js'
import { decode, encode, idIn } from './record-file.js'

const DAY_MS = 24 * 60 * 60 * 1_000
const ENDING = '.json'
/** Where the index has records without a time. */
const TIMELESS = 'none'

/** An entry of the index. */
interface Entry {
  time: number | undefined
  name: string
}

export class FileStore implements Store {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async hold(id: string, signal?: AbortSignal): Promise<StoreHold> {
    const name = createHash('sha256').update(id, 'utf16le').digest('hex')
    return { release: await this.#lock(name, signal), everywhere: true }
  }

  async read(id: string): Promise<StoredPurchase | undefined> {
    return this.#read(fileNameOf(id))
  }

  async list(filter: StoreFilter = {}): Promise<StoredPurchase[]> {
    const isPart = filter.since !== undefined || filter.limit !== undefined
    return newest(isPart ? await this.#listByTime(filter) : await this.#listAll(), filter)
  }

  async update(
    id: string,
    since: number | undefined,
    change: StoreChange,
    durability: 'strict' | 'relaxed' = 'strict',
  ): Promise<void> {
    const release = await this.#lock('store')
    try {
      const before = await this.read(id)
      const after = change(before, since === undefined ? [] : await this.list({ since }))
      if (after === before) return
      if (after) await this.#put(id, before, after, durability === 'strict')
      else await this.#remove(id, before, durability === 'strict')
    } finally {
      release()
    }
  }

  readonly #at = (...names: string[]): string => join(this.#folder, ...names)

  readonly #recordFile = (name: string): string => this.#at('purchases', `${name}${ENDING}`)

  readonly #lock = (name: string, signal?: AbortSignal): Promise<Release> => lock(this.#at('locks', name), signal)

  /** A record that cannot be read has its id alone: the library neither buys in its place, nor counts it as nothing. */
  async #read(name: string): Promise<StoredPurchase | undefined> {
    const text = await readIfThere(this.#recordFile(name))
    if (text === undefined) return undefined
    const record = decode(text)
    if (record && fileNameOf(record.id) === name) return record
    return { id: (isHashed(name) ? idIn(text) : undefined) ?? idOf(name) }
  }

  /** A file that the disk does not give back is in nobody else's way. */
  readonly #readOfMany = (name: string): Promise<StoredPurchase | undefined> =>
    this.#read(name).catch(() => ({ id: idOf(name) }))

  async #listAll(): Promise<StoredPurchase[]> {
    const files = await orMissing(readdir(this.#at('purchases')), [])
    const found: StoredPurchase[] = []
    for (const file of files.filter((file) => file.endsWith(ENDING))) {
      const record = await this.#readOfMany(file.slice(0, -ENDING.length))
      if (record) found.push(record)
    }
    return found
  }

  /** Reads no more records than are wanted. */
  async #listByTime({ since = -Infinity, limit = Infinity }: StoreFilter): Promise<StoredPurchase[]> {
    const found = new Map<string, StoredPurchase>()
    for (const day of await this.#days(since)) {
      for (const { time, name } of await this.#entries(day)) {
        if (found.size >= limit) return [...found.values()]
        if (time !== undefined && time < since) continue
        const record = await this.#readOfMany(name)
        if (!record) continue
        // After a crash, an entry may say what its record says no longer: then there is another one.
        if (timeOf(record) === time) found.set(name, record)
        // One that cannot be read has the time of its entry: it counts in a budget, which refuses to guess its price.
        else if (timeOf(record) === undefined && !found.has(name))
          found.set(name, { ...record, order: { createdAt: time } } as StoredPurchase)
      }
    }
    return [...found.values()]
  }

  /** The days of the index that may have a record begun at that time or later, the last one first. */
  async #days(since: number): Promise<string[]> {
    const days = await orMissing(readdir(this.#at('index')), [])
    const timed = days.filter((day) => day !== TIMELESS && Number(day) >= dayOf(since))
    timed.sort((a, b) => Number(b) - Number(a))
    return [...timed, ...days.filter((day) => day === TIMELESS)]
  }

  async #entries(day: string): Promise<Entry[]> {
    const names = await orMissing(readdir(this.#at('index', day)), [])
    const entries = names.map((entry) => {
      const [time = '', ...name] = entry.split('_')
      return { time: time === '' ? undefined : Number(time), name: name.join('_') }
    })
    return entries.sort((a, b) => (b.time ?? 0) - (a.time ?? 0))
  }

  readonly #entryOf = (record: StoredPurchase): string => {
    const time = timeOf(record)
    const name = `${time ?? ''}_${fileNameOf(record.id)}`
    return this.#at('index', time === undefined ? TIMELESS : String(dayOf(time)), name)
  }

  async #put(id: string, before: StoredPurchase | undefined, after: StoredPurchase, isStrict: boolean): Promise<void> {
    const file = this.#recordFile(fileNameOf(id))
    const [text, entry] = [await encode(after), this.#entryOf(after)]
    await makeFolder(dirname(entry))
    await touch(entry)
    if (isStrict) await syncFolder(dirname(entry))
    await makeFolder(dirname(file))
    await replace(file, text, this.#at('writing'))
    if (isStrict) await syncFolder(dirname(file))
    if (before && this.#entryOf(before) !== entry) await this.#removeEntry(before)
  }

  async #remove(id: string, before: StoredPurchase | undefined, isStrict: boolean): Promise<void> {
    const file = this.#recordFile(fileNameOf(id))
    await removeIfThere(file)
    if (isStrict) await syncFolder(dirname(file))
    if (before) await this.#removeEntry(before)
  }

  /** Best-effort: an entry without its record is passed over. */
  async #removeEntry(of: StoredPurchase): Promise<void> {
    const entry = this.#entryOf(of)
    await removeIfThere(entry).catch(() => {})
    await rmdir(dirname(entry)).catch(() => {})
  }
}

const dayOf = (time: number): number => Math.floor(time / DAY_MS)
