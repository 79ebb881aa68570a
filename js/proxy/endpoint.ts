/** The three endpoints of the service that are forwarded. */

/** Headers that carry a payment, in either version of x402. */
export const PAYMENTS = ['x-payment', 'payment-signature'] as const

export const METHODS = { create: 'POST', status: 'GET', models: 'GET' } as const

export interface Endpoint {
  readonly name: keyof typeof METHODS
  /** Where it is at the service. */
  readonly path: string
  isPaid(headers: Headers): boolean
}

/** Below any path of plain segments: nothing encoded, empty or with parameters. */
const PATH = /^(?:\/[\w.~-]+)*?(\/generation\/(?:(create)|(models)|([^/]+)\/status))$/

/**
 * An id as the library takes it, except for characters that a server between here and the service might read as part of
 * the path's structure once they are decoded.
 */
const TASK_ID = /^(?!\.{1,2}$)[^\s\p{Cc}\p{Cf}/\\%?#;]{1,128}$/u

/** The endpoint that a URL leads to. Its query is not forwarded. */
export function endpointOf(url: string): Endpoint | undefined {
  const [, path, create, models, taskId] = PATH.exec(new URL(url).pathname) ?? []
  if (path === undefined || (taskId !== undefined && !isTaskId(taskId))) return undefined
  const name = create ? 'create' : models ? 'models' : 'status'
  return { name, path, isPaid: (headers) => name === 'create' && PAYMENTS.some((header) => headers.has(header)) }
}

function isTaskId(segment: string): boolean {
  try {
    return TASK_ID.test(decodeURIComponent(segment))
  } catch {
    return false
  }
}
