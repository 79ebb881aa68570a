/** Purchases that are kept until the page is left. */
import type { OwnStore } from '../core.js'
import type { StoredPurchase } from '../types.js'
import { newest } from './newest.js'

const records = new Map<string, StoredPurchase>()

export const inMemory: OwnStore = {
  tabs: false,
  read: async (id) => records.get(id),
  list: async (filter) => newest([...records.values()], filter),
  update: async (id, since, change) => {
    const recordsSince = since === undefined ? [] : newest([...records.values()], { since })
    const record = change(records.get(id), recordsSince)
    if (record) records.set(id, record)
    else records.delete(id)
  },
}
