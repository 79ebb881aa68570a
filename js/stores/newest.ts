import type { StoredPurchase, StoreFilter } from '../types.js'

/** Returns the records that match a filter, the newest first. Those without a time match any `since` and come last. */
export function newest(records: StoredPurchase[], { since = -Infinity, limit }: StoreFilter = {}): StoredPurchase[] {
  const timed = records.map((record) => ({ record, time: timeOf(record) }))
  const wanted = timed.filter(({ time }) => time === undefined || time >= since)
  wanted.sort((a, b) => (b.time ?? -Infinity) - (a.time ?? -Infinity) || 0)
  return wanted.slice(0, limit).map(({ record }) => record)
}

/** Returns when the purchase was begun, if its record has a time. */
export function timeOf({ order }: StoredPurchase): number | undefined {
  const { createdAt } = Object(order) as { createdAt?: unknown }
  return Number.isFinite(createdAt) ? (createdAt as number) : undefined
}
