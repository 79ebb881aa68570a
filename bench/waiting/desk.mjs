import { EventEmitter, once } from 'node:events'
import { jsonOf, serve } from '../server.mjs'

/**
 * Where pages wait for the start and say how they fare. A page that is asked by the browser's debugger would be no
 * ordinary page.
 */
export async function openDesk() {
  const notes = []
  const arrivals = new EventEmitter().setMaxListeners(0)
  const started = once(arrivals, 'start')

  const server = await serve(async (request) => {
    if (request.method === 'GET') await started
    else take(await jsonOf(request))
    return { status: 200, body: {} }
  })

  function take(note) {
    notes.push(note)
    arrivals.emit('note')
  }

  return {
    ...server,
    start: () => arrivals.emit('start'),
    /** The first such note, of the past or to come. */
    async note(matches, patience, what) {
      const signal = AbortSignal.timeout(patience)
      for (;;) {
        const found = notes.find(matches)
        if (found) return found
        await once(arrivals, 'note', { signal }).catch(() => {
          throw new Error(`${what} did not come within ${patience / 1000} s`)
        })
      }
    },
  }
}
