import { isImagineError, type ImagineError, type Paid, type Receipt } from 'imagine-x402'

/** What went wrong, whether it was thrown by the library or is the plain state of a task. */
export interface Trouble {
  code: string
  message: string
  paid: Paid
  retry: ImagineError['retry']
  taskId?: string | undefined
  receipt?: Receipt | undefined
  stage?: ImagineError['stage']
  details?: Record<string, unknown> | undefined
  cause?: unknown
}

export function toTrouble(error: unknown, ifForeign: Pick<Trouble, 'paid' | 'retry'>): Trouble {
  if (!isImagineError(error)) return { code: 'unexpected', message: String(error), ...ifForeign }
  const { code, message, paid, retry, taskId, receipt, stage, details, cause } = error
  return { code, message, paid, retry, taskId, receipt, stage, details, cause: describe(cause) }
}

function describe(cause: unknown): unknown {
  if (typeof cause !== 'object' || cause === null) return cause === undefined ? undefined : String(cause)
  const { name, code, message } = cause as Record<string, unknown>
  return { name, code, message }
}
