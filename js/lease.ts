/** What a call of the core asks of the storage, and its hold of one purchase from the beginning to the end. */
import { quietly } from './attempt.js'
import { compose, fromStore, type Picture, type StoredPicture } from './image.js'
import { members } from './members.js'
import type { Store, StoreChange, StoredPurchase } from './types.js'

export interface Recalled {
  /** Of a purchase that is not fresh: its record, once it is read. */
  record?: Promise<StoredPurchase | undefined>
  /** Nobody else can be at the purchase, in other tabs, either. */
  isAlone: boolean
}

export class Lease {
  readonly #store: Store
  readonly #signal: AbortSignal | undefined
  #picture: Picture | undefined
  /** The id of the purchase. The core moves on to another one when the generation of the first has failed. */
  id = ''
  #release: (() => void) | undefined
  #recalled: Promise<unknown> | undefined
  #isOver = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(store: Store, signal?: AbortSignal, picture?: Picture) {
    this.#store = store
    this.#signal = signal
    this.#picture = picture
  }

  /** What is sent for a body of the core. The picture of a purchase that is taken up is that of the record. */
  readonly compose = (text: string): Promise<BodyInit> => compose(text, this.#picture)

  /** Of a fresh purchase nobody knows: what is in the way of the storage is early enough for the first change. */
  readonly recall = async (id: string, fresh: boolean): Promise<Recalled> => {
    this.id = id
    this.#release?.()
    this.#release = undefined
    const taking = this.#take(id)
    this.#recalled = taking.then(({ record }) => record)
    this.#recalled.catch(() => {})
    return fresh ? { isAlone: false } : taking
  }

  async #take(id: string): Promise<Recalled> {
    const { release, everywhere } = await this.#store.hold(id, this.#signal)
    if (this.#isOver) release()
    else this.#release = release
    return { record: this.#recall(id), isAlone: everywhere }
  }

  async #recall(id: string): Promise<StoredPurchase | undefined> {
    const record = await this.read(id)
    this.#picture ??= fromStore(pictureOf(record))
    return record
  }

  readonly read = (id: string): Promise<StoredPurchase | undefined> => this.#store.read(id)

  readonly list = (since?: number, limit?: number): Promise<StoredPurchase[]> =>
    this.#store.list(members({ since, limit }))

  /** Changes follow each other in the order in which they were begun, whether somebody waits for them or not. */
  readonly update = (id: string, since: number | undefined, change: StoreChange, relaxed: boolean): Promise<void> => {
    const before = this.#last
    const work = (async () => {
      await this.#recalled
      await before
      await this.#change(id, since, change, relaxed ? 'relaxed' : 'strict')
    })()
    this.#last = work.catch(() => {})
    return work
  }

  /** With a payment that may be sent again, its picture is kept. WebKit's private windows store bytes, but no Blob. */
  async #change(
    id: string,
    since: number | undefined,
    change: StoreChange,
    durability: 'strict' | 'relaxed',
  ): Promise<void> {
    const picture = this.#picture
    let isPictured = false
    const pictured =
      (stored: StoredPicture): StoreChange =>
      (record, recordsSince) => {
        const after = change(record, recordsSince)
        const payment = after?.['payment'] as { body?: string; picture?: StoredPicture } | undefined
        if (after === record || !payment?.body || payment.picture) return after
        isPictured = true
        return { ...after!, payment: { ...payment, picture: stored } }
      }
    if (!picture) return this.#store.update(id, since, change, durability)
    const { blob, digest } = picture
    try {
      await this.#store.update(id, since, pictured({ blob, digest }), durability)
    } catch (error) {
      if (!isPictured) throw error
      const stored = { bytes: await blob.arrayBuffer(), type: blob.type, digest }
      await this.#store.update(id, since, pictured(stored), durability)
    }
  }

  /** Lets go, once what was begun is written. */
  readonly end = (): void => {
    this.#isOver = true
    quietly(() => this.#last.then(() => this.#release?.()))
  }
}

const pictureOf = (record: StoredPurchase | undefined): StoredPicture | undefined =>
  (record?.['payment'] as { picture?: StoredPicture } | null | undefined)?.picture
