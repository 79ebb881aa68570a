/** Globals that the package may use and jest's jsdom lacks; environments such as jest-fixed-jsdom add Node's. */
export const MISSING = [
  'Blob',
  'BroadcastChannel',
  'DecompressionStream',
  'FormData',
  'Headers',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'fetch',
]
