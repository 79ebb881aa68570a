import { serve } from '../server.mjs'

const SIP_BYTES = 1 << 20
const PAUSE_MS = 50
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A service that reads slowly: what is sent to it is under way for some seconds. */
export async function startReader() {
  let received = 0
  let taken = 0
  const server = await serve(async (request) => {
    received = 0
    let pausesAt = SIP_BYTES
    for await (const chunk of request) {
      received += chunk.length
      if (received < pausesAt) continue
      pausesAt += SIP_BYTES
      await sleep(PAUSE_MS)
    }
    taken += 1
    return { status: 202, body: { taskId: `task-${taken}` } }
  })
  return { ...server, received: () => received }
}
