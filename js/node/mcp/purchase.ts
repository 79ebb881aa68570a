/** Purchases as tools tell of them. */
import { type Client, isImagineError, type Task, type TaskRecord } from 'imagine-x402'
import * as z from 'zod/v4'
import { type Answer, ASK_FIRST, lookAgain, MONEY } from './answer.js'
import { Progress } from './progress.js'
import type { Extra } from './tool.js'

export const WAIT_SECONDS = z
  .int()
  .min(0)
  .max(1_200)
  .describe('How long to wait for the video. Most clients end a call after 60 seconds.')

/** The members of an answer about a purchase. */
export const PURCHASE = {
  id: z.string().optional(),
  taskId: z.string().optional(),
  prompt: z.string().optional(),
  createdAt: z.string().optional(),
  step: z.string().optional(),
  status: z.string().optional(),
  price: z.string().optional().describe('In USDC.'),
  transaction: z.string().optional(),
  video: z.string().optional().describe('The address of the video.'),
}

/** What the journal has of a purchase. */
export const facts = ({ id, taskId, prompt, createdAt, step, status, price, receipt, result }: TaskRecord) => ({
  id,
  taskId,
  prompt,
  createdAt: timeOf(createdAt),
  step,
  status,
  price: price && `${price.amount} ${price.symbol}`,
  transaction: receipt?.transaction,
  video: result?.video?.url,
})

/** A record that cannot be read may have no time. */
const timeOf = (at: number): string | undefined => (at > 0 && at < 8.64e15 ? new Date(at).toISOString() : undefined)

/** Waits that long for the video of a purchase, and tells how it stands. */
export async function watched(client: Client, task: Task, seconds: number, extra: Extra): Promise<Answer> {
  const progress = new Progress(extra)
  try {
    if (seconds > 0) await task.wait({ signal: extra.signal, timeout: seconds * 1_000, onEvent: progress.event })
    else await task.refresh()
  } catch (error) {
    if (!isImagineError(error) || error.code !== 'wait_timeout') throw error
  } finally {
    task.stop()
  }
  return standing(await recordOf(client, task.id), task.id)
}

/** How a purchase stands. */
function standing(record: TaskRecord | undefined, id: string): Answer {
  const paid = record?.paid ?? 'unknown'
  const about = { id, ...(record && facts(record)) }
  return { paid, next: nextOf(record, id), ...about }
}

function nextOf(record: TaskRecord | undefined, id: string): string {
  const { paid = 'unknown', step, status, result } = record ?? {}
  if (status === 'completed' && result?.video) return `${MONEY[paid]} The video is done: give its address to the user.`
  if (status === 'completed') return `${MONEY[paid]} ${withoutAddress(id)}`
  if (step === 'done') return `${MONEY[paid]} The service failed to make it. ${ASK_FIRST}`
  return `${MONEY[paid]} It is being made. ${lookAgain(id)}`
}

/** Some services send the file itself. */
const withoutAddress = (id: string): string =>
  `It is done, and has no address: the user can save it with \`npx imagine-x402 resume ${id} --out FILE\`.`

/** Of the many that a store may have, most are asked for while they are new. */
const NEW = 50

export async function recordOf(client: Client, id: string): Promise<TaskRecord | undefined> {
  const isIt = (record: TaskRecord): boolean => record.id === id || record.taskId === id
  return (await client.tasks({ limit: NEW })).find(isIt) ?? (await client.tasks()).find(isIt)
}
