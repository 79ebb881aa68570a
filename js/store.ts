/** Where purchases are kept. The core decides what is in a record; a store keeps it. */
import { attempt } from './attempt.js'
import type { OwnStore } from './core.js'
import { refuse } from './error.js'
import { look } from './named.js'
import { inBrowser } from './stores/indexeddb.js'
import { inMemory } from './stores/memory.js'
import type { Store } from './types.js'

const FUNCTIONS = Object.keys({ hold: 0, read: 0, list: 0, update: 0 } satisfies Record<keyof Store, 0>)

/**
 * Returns the store that the option `storage` names, or the page's own.
 *
 * @throws {@link ImagineError} `invalid_request` if it is anything else
 */
export function storeOf(storage: 'indexeddb' | 'memory' | Store = 'indexeddb'): Store | OwnStore {
  if (storage === 'indexeddb') return inBrowser
  if (storage === 'memory') return inMemory
  if (isStore(storage)) return storage
  const names = FUNCTIONS.map((name) => `\`${name}\``).join(', ')
  throw refuse('invalid_request', `\`storage\` takes "indexeddb", "memory", or an object with the functions ${names}`)
}

const isStore = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && FUNCTIONS.every((name) => isFunction(given, name))

const isFunction = (given: object, name: string): boolean => typeof attempt(() => look(given, name)) === 'function'

const names = new WeakMap<Store, string>()
let last = 0

/** One name per store, for the life of the page: by it the core tells stores apart. */
export function nameOf(store: Store): string {
  const name = names.get(store) ?? `store ${++last}`
  names.set(store, name)
  return name
}
