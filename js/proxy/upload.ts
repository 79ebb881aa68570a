/** The body of a request on its way to the service. */
import { bounded } from './bounded.js'
import { METHODS, type Endpoint } from './endpoint.js'

export interface Upload {
  readonly stream: ReadableStream<Uint8Array> | null
  /** Before it is streamed, by its declared length; while it is streamed, by what has come. */
  isTooLong(): boolean
}

export function upload(request: Request, endpoint: Endpoint, maxBytes: number): Upload {
  let isTooLong = Number(request.headers.get('content-length')) > maxBytes
  const over = () => {
    isTooLong = true
  }
  const body = METHODS[endpoint.name] === 'POST' && !isTooLong ? request.body : null
  return { stream: bounded(body, maxBytes, over), isTooLong: () => isTooLong }
}
