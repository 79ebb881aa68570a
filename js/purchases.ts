/** A call's hold of its purchase, and the purchases that the journal has. */
import { within } from './abort.js'
import { refuse } from './error.js'
import { compose, fromStore, type Picture, type StoredPicture } from './image.js'
import { merge, PATIENCE_MS, soon, type Entry, type Journal, type Purchase } from './journal.js'
import type { TaskFilter, TaskRecord } from './types.js'

/** One call's hold of a purchase, from its beginning to its end. */
export class Hold {
  readonly #journal: Journal
  readonly #signal: AbortSignal | undefined
  #picture: Picture | undefined
  /** The id of the purchase. The core moves on to another one when the generation of the first has failed. */
  id = ''
  #id: string | undefined
  #release: (() => void) | undefined
  #recalled: Promise<unknown> | undefined
  #asks = false
  #over = false

  constructor(journal: Journal, signal?: AbortSignal, picture?: Picture) {
    this.#journal = journal
    this.#signal = signal
    this.#picture = picture
  }

  /** What is sent for a body of the core. The picture of a purchase that is taken up is that of the record. */
  readonly compose = (text: string): Promise<BodyInit> => compose(text, this.#picture)

  /** Of a fresh purchase nobody knows: what is in the way of the storage is early enough for the first write. */
  readonly recall = async (id: string, fresh: boolean): Promise<Purchase | undefined> => {
    this.id = id
    this.#release?.()
    this.#release = undefined
    const recalled = (this.#recalled = this.#recall(id))
    if (!fresh) return recalled
    recalled.catch(() => {})
    return undefined
  }

  async #recall(id: string): Promise<Purchase | undefined> {
    const release = await this.#journal.hold(id, this.#signal)
    if (this.#over) {
      release?.()
      return undefined
    }
    this.#release = release
    this.#id = id
    const record = await this.#journal.read(id)
    this.#picture ??= fromStore(record?.payment?.picture)
    if (!isAsking(record) || !this.#journal.keepsTabsApart()) return record
    // Whoever was about to be asked is gone, or would still have hold of it.
    await soon(this.#journal.change(id, dropIntent))
    return undefined
  }

  /**
   * Rejects with nothing when it is not known in time whether it was written. That a signature is about to be asked for may be lost with
   * the power, since every page is lost with it that could use the signature.
   */
  readonly write = async (id: string, entry: Entry): Promise<Purchase[]> => {
    await this.#recalled
    const asks = isAsking(entry)
    const put = (whole: Entry) =>
      this.#journal.change(id, (record) => {
        if (asks && (this.#over || isStanding(record))) return record
        this.#asks ||= asks
        return merge(id, whole)(record)
      }, asks ? 'relaxed' : 'strict')
    return within(PATIENCE_MS, this.#picture && entry.payment?.body ? keep(this.#picture, entry, put) : put(entry))
  }

  /** Lets go. Of a purchase that came to nothing before anything was signed, nothing is kept. */
  readonly end = async (): Promise<void> => {
    this.#over = true
    if (this.#id !== undefined && this.#asks) await soon(this.#journal.change(this.#id, dropIntent)).catch(() => {})
    this.#release?.()
  }
}

/** With a payment that may be sent again, its picture is kept. WebKit's private windows store bytes, but no Blob. */
async function keep<T>({ blob, digest }: Picture, entry: Entry, put: (entry: Entry) => Promise<T>): Promise<T> {
  const pictured = (picture: StoredPicture) => put({ ...entry, payment: { ...entry.payment, picture } })
  return pictured({ blob, digest }).catch(async () => pictured({ bytes: await blob.arrayBuffer(), type: blob.type, digest }))
}

const isAsking = (record: Entry | undefined) => record?.step === 'signing'

/** Whether another call has written the record meanwhile: then no intent is written over it. */
const isStanding = (record: Purchase | undefined) => record !== undefined && record.step !== 'abandoned'

const dropIntent = (record: Purchase | undefined) => (isAsking(record) ? undefined : record)

/** What goes wrong with the journal says nothing about money. */
async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const message = 'this browser does not show what it stores for this page in IndexedDB (private window, blocked or broken storage)'
    throw refuse('unsupported_environment', message, { paid: 'unknown', retry: 'resume', cause })
  }
}

/** Something may still come of it. */
const isUnfinished = ({ step }: Purchase) => step === 'signed' || step === 'accepted'

const newestFirst = (a: Purchase, b: Purchase) => b.order.createdAt - a.order.createdAt

export async function listTasks(journal: Journal, { unfinished, limit }: TaskFilter = {}): Promise<TaskRecord[]> {
  const all = (await readable(journal.all())).sort(newestFirst)
  return all.filter((purchase) => !unfinished || isUnfinished(purchase)).slice(0, limit).map(show)
}

function show({ order, id, taskId, step, paid, receipt, status }: Purchase): TaskRecord {
  const { baseUrl, prompt, createdAt, price } = order
  const known = { ...(taskId && { taskId }), ...(price && { price }), ...(receipt && { receipt }), ...(status && { status }) }
  return { id, baseUrl, prompt, createdAt, step, paid, ...known }
}

/** The purchase of that id, or else of that task; of neither, the newest unfinished one. */
export async function findPurchase(journal: Journal, id?: string): Promise<Purchase | undefined> {
  const all = (await readable(journal.all())).sort(newestFirst)
  if (id === undefined) return all.find(isUnfinished)
  return all.find((purchase) => purchase.id === id) ?? all.find((purchase) => purchase.taskId === id)
}

/** Returns the service's id of the task, or what was sent as its id while that is not known. */
export const taskOf = ({ id, taskId, order }: Purchase): string => taskId ?? order.seed ?? id

/** Waits for a call that has hold of the purchase. */
export async function forgetPurchase(journal: Journal, id: string): Promise<void> {
  const release = await readable(journal.hold(id))
  try {
    const record = await readable(journal.read(id))
    if (record?.step === 'signed') {
      const { paid } = record
      const is = paid === 'yes' ? 'is paid, and its task is not known yet' : 'may be paid: money may be under way for it'
      throw refuse('invalid_request', `this purchase ${is}; call \`resume()\` first`, { paid, retry: 'resume' })
    }
    await readable(soon(journal.change(id, () => undefined)))
  } finally {
    release?.()
  }
}
