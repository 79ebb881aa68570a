/** A queue per name for the calls of this process. */
import { unlessAborted } from '../abort.js'

/** When everybody who has queued is through. */
const lines = new Map<string, Promise<void>>()

/** Resolves once everybody ahead has left, with a function that leaves. Who aborts lets nobody pass. */
export async function queue(name: string, signal?: AbortSignal): Promise<() => void> {
  let leave = () => {}
  const left = new Promise<void>((resolve) => (leave = resolve))
  const ahead = lines.get(name) ?? Promise.resolve()
  const line = ahead.then(() => left)
  lines.set(name, line)
  line.then(() => lines.get(name) === line && lines.delete(name))
  try {
    await unlessAborted(signal, ahead, (reason) => reason)
    return leave
  } catch (reason) {
    leave()
    throw reason
  }
}
