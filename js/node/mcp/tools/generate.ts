/** `generate_video`: buys. */
import { type ImagineEvent, isImagineError } from 'imagine-x402'
import * as z from 'zod/v4'
import { failure } from '../answer.js'
import { Asking } from '../asking.js'
import { Patience } from '../patience.js'
import { Progress } from '../progress.js'
import { PURCHASE, WAIT_SECONDS, watched } from '../purchase.js'
import { tool } from '../tool.js'
import { requestOf, WANTED } from '../wanted.js'

const DEFAULT_WAIT = 50

export const generateVideo = tool({
  title: 'Buy a video',
  description:
    'Buys a video with one payment in USDC, and waits for it. Spends real money of the user, within limits that no ' +
    'argument changes. Videos take minutes: if this returns before it is done, or is cancelled, call `video_status` ' +
    'with the same id.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  input: z.strictObject({
    ...WANTED,
    id: z
      .string()
      .min(1)
      .max(128)
      .describe(
        'A new name of your own for this purchase, of letters, digits, `-`, `_`, `.` and `:`. A second call with the ' +
          'same id never pays twice.',
      ),
    wait_seconds: WAIT_SECONDS.default(DEFAULT_WAIT),
  }),
  output: PURCHASE,
  async run({ id, wait_seconds: seconds, ...wanted }, context) {
    const { client, extra } = context
    const asking = new Asking(context)
    const { confirm } = asking
    const progress = new Progress(extra)
    const patience = new Patience(extra, seconds)
    const onEvent = (event: ImagineEvent) => {
      progress.event(event)
      if (event.type === 'paying') patience.begin()
    }
    try {
      const task = await client.submit(requestOf(wanted, id), { signal: patience.signal, confirm, onEvent })
      return await watched(client, task, seconds, extra)
    } catch (error) {
      const answer = failure(error, id)
      if (!isImagineError(error) || error.code !== 'declined' || !answer.error || !asking.reason) return answer
      return { ...answer, error: { ...answer.error, message: asking.reason } }
    }
  },
})
