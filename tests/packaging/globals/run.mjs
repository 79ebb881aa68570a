// Work in realms, which needs a flag of Node's: in a worker.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { packLibrary } from '../../browser/package.mjs'

/** Resolves with what the script posts. It gets `data`, and where the packed package is. */
export async function work(script, data) {
  const { directory } = await packLibrary()
  const worker = new Worker(script, {
    execArgv: ['--experimental-vm-modules', '--no-warnings'],
    workerData: { directory, ...data },
  })
  const [posted] = await once(worker, 'message')
  await worker.terminate()
  return posted
}

/** Resolves with `{ outcomes: [{ name, way, outcome }], uncaught }` of importing an entry, or of a call of it. */
export const outcomesOf = (entry, call) => work(new URL('cases.mjs', import.meta.url), { entry, call })
