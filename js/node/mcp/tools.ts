/** The tools, by their names. */
import type { Tool as Description } from '@modelcontextprotocol/sdk/types.js'
import * as z from 'zod/v4'
import { ANSWER, type Answer, failure, refusal } from './answer.js'
import type { Context, Tool } from './tool.js'
import { generateVideo } from './tools/generate.js'
import { listVideos } from './tools/list.js'
import { quoteVideo } from './tools/quote.js'
import { spending } from './tools/spending.js'
import { videoStatus } from './tools/status.js'

const TOOLS = new Map<string, Tool>(
  Object.entries({
    quote_video: quoteVideo,
    generate_video: generateVideo,
    video_status: videoStatus,
    list_videos: listVideos,
    spending,
  }),
)

/** As clients list them. */
export const describe = (): Description[] =>
  [...TOOLS].map(([name, { title, description, annotations, input, output }]) => ({
    name,
    title,
    description,
    annotations,
    inputSchema: z.toJSONSchema(input, { io: 'input' }) as Description['inputSchema'],
    outputSchema: z.toJSONSchema(ANSWER.extend(output)) as NonNullable<Description['outputSchema']>,
  }))

/** Runs a tool. Never rejects: an error is an answer that says whether money moved. */
export async function call(name: string, given: Record<string, unknown>, context: Context): Promise<Answer> {
  const tool = TOOLS.get(name)
  if (!tool) return refusal('unknown_tool', `there is no tool ${name}; there are ${[...TOOLS.keys()].join(', ')}`)
  const { success, data, error } = tool.input.safeParse(given)
  if (!success) return refusal('invalid_request', z.prettifyError(error))
  try {
    return await tool.run(data, context)
  } catch (error) {
    return failure(error, typeof data.id === 'string' ? data.id : undefined)
  }
}
