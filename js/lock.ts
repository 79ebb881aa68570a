import { attempt } from './attempt.js'

/** The browser's Web Locks; none where it has none, or keeps them from the page. */
export const locks = (): LockManager | undefined => attempt(() => globalThis.navigator?.locks ?? undefined)

/**
 * Takes a Web Lock. Gives the function that lets go of it; nothing when `ifAvailable` was asked for and somebody else
 * has it.
 */
export function lock(name: string, options: LockOptions): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null) => (lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined))
    // Nothing that stands in `Object.prototype` is an option of ours.
    locks()!
      .request(name, Object.assign(Object.create(null), options), held)
      .catch(reject)
  })
}
