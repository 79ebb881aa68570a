/** What tools answer: always whether money moved, and what to do next. */
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { type ImagineError, isImagineError, type Paid } from 'imagine-x402'
import * as z from 'zod/v4'

const PAID = z
  .enum(['no', 'yes', 'unknown'])
  .describe('Whether money moved for the purchase that this is about. `no` only if that is certain.')

/** The members of every answer. */
export const ANSWER = z.looseObject({
  paid: PAID,
  next: z.string().describe('What to do next.'),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      retry: z.enum(['safe', 'resume', 'pays_again', 'never']),
      details: z.record(z.string(), z.unknown()).optional(),
    })
    .optional()
    .describe('Why the call failed.'),
})

export type Answer = z.infer<typeof ANSWER>

/** As the protocol has it: for programs, and as text for models whose client shows them nothing else. */
export const resultOf = (answer: Answer): CallToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(answer) }],
  structuredContent: answer,
  ...(answer.error && { isError: true }),
})

/** Of a call that did not buy, since something in it is wrong or not allowed. */
export const refusal = (code: string, message: string, next = `${MONEY.no} Correct the call.`): Answer => ({
  paid: 'no',
  next,
  error: { code, message, retry: 'never' },
})

/** What an error comes to, of the purchase of this id if the call was about one. */
export function failure(error: unknown, id?: string): Answer {
  if (!isImagineError(error)) return unforeseen(error, id)
  const { code, message, retry, paid, taskId, receipt } = error
  return {
    paid,
    next: nextAfter(error, id),
    error: { code, message, retry, ...detailsOf(error) },
    ...(id !== undefined && { id }),
    ...(taskId !== undefined && { taskId }),
    ...(receipt && { receipt }),
  }
}

/** Not an error of the library. Whoever has not begun a purchase cannot have paid for it. */
const unforeseen = (error: unknown, id?: string): Answer => {
  const message = String((error as Partial<Error> | null)?.message ?? error)
  const isBuying = id !== undefined
  return {
    paid: isBuying ? 'unknown' : 'no',
    next: isBuying ? `${MONEY.unknown} ${lookAgain(id)}` : `${MONEY.no} Try again.`,
    error: { code: 'internal', message, retry: isBuying ? 'resume' : 'safe' },
  }
}

/** Without the pages and headers of a service, which a model has no use for. */
function detailsOf({ details }: ImagineError): { details?: Record<string, unknown> } {
  if (!details) return {}
  const { body: _, paymentResponse: __, ...facts } = details
  return { details: facts }
}

/** What became of the money, as a sentence. */
export const MONEY: Record<Paid, string> = {
  no: 'Nothing was paid.',
  yes: 'It was paid.',
  unknown: 'It is not known yet whether it was paid.',
}

/** What to do about a purchase that is under way. */
export const lookAgain = (id?: string): string =>
  `Do not buy it again: call \`video_status\`${id === undefined ? '' : ` with the id ${id}`}.`

export const ASK_FIRST = 'A purchase under a new id would pay again: ask the user first.'

const SET_BY_USER = ['price_too_high', 'budget_exceeded', 'declined']

function nextAfter({ code, paid, retry }: ImagineError, id?: string): string {
  if (paid === 'no' && SET_BY_USER.includes(code)) {
    return `${MONEY.no} The limits are those of the user, and no call changes them: tell the user.`
  }
  return `${MONEY[paid]} ${AFTER[retry](id)}`
}

const AFTER: Record<ImagineError['retry'], (id?: string) => string> = {
  safe: () => 'You may call again, with the same id.',
  resume: lookAgain,
  pays_again: () => ASK_FIRST,
  never: () => 'The same call will fail again: change it, or tell the user.',
}
