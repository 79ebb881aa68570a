import { attempt, now, quietly } from './attempt.js'

/** How the page stands, as far as waiting depends on it. Nothing is listened to while nobody waits. */
export interface Presence {
  hiddenSince?: number
  /** When it was last shown, focused, restored or resumed, or the network came back. */
  returnedAt: number
  offline: boolean
  frozen: boolean
}

/** The events of the page: those of `document` do not all reach `window`, and a worker has no `document`. */
const EVENTS: [target: () => EventTarget | undefined, types: string[]][] = [
  [() => globalThis.document, ['visibilitychange', 'freeze', 'resume']],
  [() => globalThis as unknown as EventTarget, ['pageshow', 'pagehide', 'focus', 'online', 'offline']],
]

/** What may end a time in which nothing was heard. */
const RETURNS = ['resume', 'pageshow', 'focus', 'online']

const watchers = new Set<(type: string) => void>()
let presence: Presence

export const standing = (): Presence => presence

/** Tells of every change, until the function that it gives is called. */
export function attend(changed: (type: string) => void): () => void {
  if (watchers.size === 0) begin()
  watchers.add(changed)
  return () => {
    if (watchers.delete(changed) && watchers.size === 0) listen('removeEventListener')
  }
}

function begin(): void {
  presence = { returnedAt: 0, offline: false, frozen: false }
  look('')
  listen('addEventListener')
}

function listen(how: 'addEventListener' | 'removeEventListener'): void {
  for (const [target, types] of EVENTS) for (const type of types) quietly(() => target()?.[how]?.(type, heed))
}

function heed({ type }: Event): void {
  look(type)
  for (const changed of [...watchers]) changed(type)
}

function look(type: string): void {
  const hidden = attempt(() => globalThis.document?.visibilityState) === 'hidden'
  const { hiddenSince = now(), returnedAt } = presence
  const returns = RETURNS.includes(type) || (type === 'visibilitychange' && !hidden)
  presence = {
    ...(hidden && { hiddenSince }),
    returnedAt: returns ? now() : returnedAt,
    offline: attempt(() => globalThis.navigator?.onLine) === false, // there is none in Node 20
    frozen: type === 'freeze',
  }
}
