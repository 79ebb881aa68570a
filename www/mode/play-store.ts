import type { Store, StoredPurchase } from 'imagine-x402'

const KEY = 'imagine-play-money'
const { locks } = navigator

const timeOf = ({ order }: StoredPurchase): number | undefined =>
  (order as { createdAt?: number } | undefined)?.createdAt
const isSince = (record: StoredPurchase, since: number): boolean => (timeOf(record) ?? Infinity) >= since

/** The newest first. */
const all = (): StoredPurchase[] => JSON.parse(localStorage.getItem(KEY) ?? '[]') as StoredPurchase[]

function save(records: StoredPurchase[]): void {
  records.sort((one, other) => (timeOf(other) ?? 0) - (timeOf(one) ?? 0))
  localStorage.setItem(KEY, JSON.stringify(records))
}

/**
 * Where purchases with play money are remembered: apart from those with real money, so that they do not count against
 * the limit of the day. Pictures are not kept.
 */
export const playStore: Store = {
  hold: (id, signal) =>
    new Promise((resolve, reject) => {
      const keep = () => new Promise<void>((release) => resolve({ release, everywhere: true }))
      locks.request(`play money ${id}`, signal ? { signal } : {}, keep).catch(reject)
    }),
  read: async (id) => all().find((record) => record.id === id),
  list: async ({ since = -Infinity, limit } = {}) =>
    all()
      .filter((record) => isSince(record, since))
      .slice(0, limit),
  update: async (id, since, change) => {
    await locks.request(KEY, () => {
      const records = all()
      const before = records.find((record) => record.id === id)
      const after = change(before, since === undefined ? [] : records.filter((record) => isSince(record, since)))
      if (after === before) return
      const others = records.filter((record) => record !== before)
      save(after ? [after, ...others] : others)
    })
  },
}
