/** `video_status`: how a purchase stands. Also takes up one that a crash or a cancelled call left unfinished. */
import * as z from 'zod/v4'
import { refusal } from '../answer.js'
import { Patience } from '../patience.js'
import { Progress } from '../progress.js'
import { PURCHASE, WAIT_SECONDS, watched } from '../purchase.js'
import { tool } from '../tool.js'

export const videoStatus = tool({
  title: 'State of a purchase',
  description:
    'Tells how a purchase stands, whether it was paid, and where the video is. Also takes up what was interrupted. ' +
    'Never buys. Without an id: the newest purchase that is unfinished.',
  annotations: { readOnlyHint: true, openWorldHint: true },
  input: z.strictObject({
    id: z.string().min(1).optional().describe('The id of `generate_video`, or the `taskId` of the service.'),
    wait_seconds: WAIT_SECONDS.default(0),
  }),
  output: PURCHASE,
  async run({ id, wait_seconds: seconds }, { client, extra }) {
    const patience = new Patience(extra, seconds)
    patience.begin()
    const task = await client.resume(id, { signal: patience.signal, onEvent: new Progress(extra).event })
    if (task) return watched(client, task, seconds, extra)
    if (id === undefined) return { paid: 'no', next: 'Nothing is unfinished: `list_videos` has all purchases.' }
    return refusal('not_found', `there is no purchase ${id}`, 'Nothing can be said of it: `list_videos` has all ids.')
  },
})
