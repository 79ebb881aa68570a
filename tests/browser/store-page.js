// The page's half of the tests of stores.
import { storeOf } from '../../js/store.ts'
import { contract, holds, isPending, reasonOf, same } from './store-contract.js'

globalThis.store = {
  storeOf,
  same,
  isPending,
  reasonOf,
  play: (title, store) => ({ ...contract, ...holds })[title](store),
  /** What the page was told of by itself. */
  heard: [],
}

for (const type of ['error', 'unhandledrejection']) {
  addEventListener(type, (event) => globalThis.store.heard.push(`${type}: ${event.reason ?? event.message}`))
}
