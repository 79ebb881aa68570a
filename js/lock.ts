/** Takes a Web Lock. Gives the function that lets go of it; nothing when `ifAvailable` was asked for and somebody else has it. */
export function lock(name: string, options: LockOptions): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null) => (lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined))
    navigator.locks.request(name, options, held).catch(reject)
  })
}
