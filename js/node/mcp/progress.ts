/** How far a purchase has come, for a client that asked for it. It also keeps the client from giving up. */
import type { ImagineEvent } from 'imagine-x402'
import type { Extra } from './tool.js'

const TOTAL = 100
/** The protocol wants every number above the one before, also while nothing is known. */
const LEAST = 0.001

export class Progress {
  readonly #extra: Extra
  #last = 0

  constructor(extra: Extra) {
    this.#extra = extra
  }

  readonly event = (event: ImagineEvent): void => {
    const token = this.#extra._meta?.progressToken
    if (token === undefined || this.#extra.signal.aborted) return
    const percent = event.type === 'status' && 'progress' in event.status ? event.status.progress : null
    this.#last = Math.max(this.#last + LEAST, percent ?? 0)
    const params = { progressToken: token, progress: this.#last, total: TOTAL, message: messageOf(event) }
    this.#extra.sendNotification({ method: 'notifications/progress', params }).catch(() => {})
  }
}

const messageOf = (event: ImagineEvent): string => (event.type === 'status' ? event.status.status : event.type)
