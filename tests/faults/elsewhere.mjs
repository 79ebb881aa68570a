/** A visitor with another clock than the seller's: a thread has a `Date` of its own. */
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'

/** Presses the button there: the outcome in words, and how many signatures were asked for. */
export function pressElsewhere(visit) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: visit })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

if (!isMainThread) {
  const { name, ahead, chainId, rpcUrl, apiUrl, payer } = workerData
  const { now } = Date
  Date.now = () => now() + ahead
  const [{ clients, countingSigner }, { press }, chains] = await Promise.all([
    import('./clients.mjs'),
    import('./press.mjs'),
    import('viem/chains'),
  ])
  const signer = countingSigner(payer)
  const chain = Object.values(chains).find(({ id }) => id === chainId)
  const outcome = await press(apiUrl, clients.find((client) => client.name === name).wrap({ chain, rpcUrl, signer }))
  parentPort.postMessage({ outcome, asked: signer.asked })
}
