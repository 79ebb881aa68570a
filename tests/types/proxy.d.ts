/** The public surface of `imagine-x402/proxy`: the contract that its own types must satisfy. */

/** A handler that forwards the three endpoints of a service, and nothing else, to one fixed address. */
export function createProxy(options: ProxyOptions): (request: Request) => Promise<Response>

export interface ProxyOptions {
  target: string | URL
  http?: 'private' | undefined // also http on a private network; else https, or http on this machine
  origins?: readonly string[] | undefined // default: pages of its own origin alone
  maxBytes?: number | undefined // of a request's body; default 32 MiB
  onRequest?: ((request: ProxiedRequest) => Response | undefined | Promise<Response | undefined>) | undefined
}

export interface ProxiedRequest {
  readonly endpoint: 'create' | 'status' | 'models'
  readonly isPaid: boolean
  readonly url: string
  readonly headers: Headers
}
