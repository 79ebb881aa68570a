// GENERATE_VIDEO: buys what the message describes, and answers with the video.
import { isImagineError } from 'imagine-x402'
import { clientOf } from './client.js'
import { examples } from './examples.js'
import { accepted, done, EMPTY, failed, MONEY, UNSET } from './words.js'

const NAME = 'GENERATE_VIDEO'

/** Among how many purchases that of a call is. */
const NEWEST = 50

/** @type {import('@elizaos/core').Action} */
export const generateVideo = {
  name: NAME,
  similes: ['MAKE_VIDEO', 'CREATE_VIDEO', 'BUY_VIDEO'],
  description:
    'Buys an AI video of what the message describes, with one payment in USDC from the wallet of this agent, within ' +
    'the limits of its operator. Only when the user asks for a video.',
  examples,
  validate: async (runtime, message) => clientOf(runtime) !== undefined && promptOf(message) !== '',
  handler: async (runtime, message, _state, _options, callback) => {
    const { source } = message.content ?? {}
    // Nobody to be told is no reason to lose a video that was paid for.
    const say = async (text, more) => {
      try {
        await callback?.({ text, actions: [NAME], source, ...more })
      } catch (error) {
        runtime.logger?.warn({ src: 'imagine-x402', error }, 'An answer was not delivered')
      }
    }
    const result = await buy(clientOf(runtime), message, say)
    await say(result.text, attachments(result))
    return result
  },
}

const promptOf = (message) => String(message.content?.text ?? '').trim()

/** A message is bought once, however often it is handled. */
const idOf = ({ id }) => (id === undefined ? undefined : `eliza-${id}`)

async function buy(client, message, say) {
  const prompt = promptOf(message)
  if (!client) return unsuccessful(UNSET, { paid: 'no' })
  if (prompt === '') return unsuccessful(EMPTY, { paid: 'no' })
  const id = idOf(message)
  try {
    const task = await client.submit({ prompt, id })
    await say(accepted(await paidFor(client, task), task.receipt))
    const made = await task.wait()
    const paid = await paidFor(client, task)
    const data = {
      actionName: NAME,
      id: task.id,
      taskId: made.taskId,
      video: made.video?.url,
      receipt: made.receipt,
      paid,
    }
    return { success: true, text: done(paid, made), values: { paid }, data }
  } catch (error) {
    if (isImagineError(error)) return unsuccessful(failed(error), factsOf(error, id), error.message)
    return unsuccessful(`No video: something broke. ${MONEY.unknown}`, { paid: 'unknown', id }, String(error))
  }
}

/** Whether money moved for a task, as the journal has it. */
async function paidFor(client, { id }) {
  const records = await client.tasks({ limit: NEWEST }).catch(() => [])
  return records.find((record) => record.id === id)?.paid ?? 'unknown'
}

const factsOf = ({ code, paid, retry, taskId, receipt }, id) => ({ id, code, paid, retry, taskId, receipt })

const unsuccessful = (text, facts, error = text) => ({
  success: false,
  text,
  error,
  values: { paid: facts.paid },
  data: { actionName: NAME, ...facts },
})

const attachments = ({ success, data }) =>
  success && data.video
    ? { attachments: [{ id: data.taskId, url: data.video, contentType: 'video', source: 'imagine-x402' }] }
    : {}
