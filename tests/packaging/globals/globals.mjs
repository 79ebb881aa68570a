// The globals that some environment lacks, and how it lacks them.

export const GLOBALS = [
  'AbortController',
  'Blob',
  'BroadcastChannel',
  'CustomEvent',
  'DecompressionStream',
  'Event',
  'Headers',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'WebAssembly',
  'addEventListener',
  'atob',
  'crypto',
  'document',
  'fetch',
  'indexedDB',
  'navigator',
  'navigator.locks',
  'performance',
  'queueMicrotask',
  'window',
]

/** No page can put a getter in the place of these. */
export const UNFORGEABLE = ['document', 'window']

/** Is nowhere, so that nothing is taken away. */
export const NOTHING = 'nothing'

/** How a property is taken from an object; `hide` deletes it. */
export const WAYS = {
  'is missing': (object, name, hide) => hide(object, name),
  'is null': (object, name) => Object.defineProperty(object, name, { value: null, configurable: true, writable: true }),
  'throws when read': (object, name) => Object.defineProperty(object, name, { configurable: true, get: refuse }),
}

function refuse() {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}
