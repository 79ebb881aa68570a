/** Purchases that are remembered until the page is left. */
import type { Store, StoredPurchase } from '../types.js'
import { turns } from '../turns.js'
import { newest } from './newest.js'

const records = new Map<string, StoredPurchase>()
const turn = turns()

/** No other tab knows of these records, so none has to be kept away. */
export const inMemory: Store = {
  hold: async (id, signal) => ({ release: await turn(id, signal), everywhere: true }),
  read: async (id) => records.get(id),
  list: async (filter) => newest([...records.values()], filter),
  update: async (id, since, change) => {
    const recordsSince = since === undefined ? [] : newest([...records.values()], { since })
    const record = change(records.get(id), recordsSince)
    if (record) records.set(id, record)
    else records.delete(id)
  },
}
