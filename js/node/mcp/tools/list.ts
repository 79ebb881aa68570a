/** `list_videos`: the purchases, newest first. */
import * as z from 'zod/v4'
import { facts, PURCHASE } from '../purchase.js'
import { tool } from '../tool.js'

export const listVideos = tool({
  title: 'Purchases',
  description: 'Lists the purchases, the newest first, each with whether it was paid.',
  annotations: { readOnlyHint: true, openWorldHint: false },
  input: z.strictObject({
    unfinished: z.boolean().default(false).describe('Only those of which something may still come.'),
    limit: z.int().min(1).max(100).default(20),
  }),
  output: { videos: z.array(z.looseObject({ ...PURCHASE, paid: z.enum(['no', 'yes', 'unknown']) })).optional() },
  async run(filter, { client }) {
    const videos = (await client.tasks(filter)).map((record) => ({ ...facts(record), paid: record.paid }))
    return { paid: 'no', next: '`video_status` with an id tells more of one. This call paid nothing.', videos }
  },
})
