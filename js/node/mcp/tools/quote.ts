/** `quote_video`: asks for the price. */
import * as z from 'zod/v4'
import { tool } from '../tool.js'
import { requestOf, WANTED } from '../wanted.js'

export const quoteVideo = tool({
  title: 'Price of a video',
  description: 'Asks the service for the price of a video. Pays nothing.',
  annotations: { readOnlyHint: true, openWorldHint: true },
  input: z.strictObject(WANTED),
  output: {
    price: z.string().optional(),
    network: z.string().optional(),
    payTo: z.string().optional(),
    models: z.array(z.string()).optional().describe('The models that the service lists.'),
    problems: z.array(z.string()).optional().describe('Why the service would refuse this request.'),
    left: z.string().optional().describe('What is left of the budget, in USDC.'),
    taskId: z.string().optional(),
  },
  async run(wanted, { client, extra }) {
    const quote = await client.quote(requestOf(wanted), { signal: extra.signal })
    const price = `${quote.price.amount} ${quote.price.symbol}`
    if ('accepted' in quote) {
      const { id, taskId } = quote.accepted
      const next = `The service asked for no payment, and has begun: call \`video_status\` with the id ${id}.`
      return { paid: 'no', next, price, id, taskId }
    }
    const { network, payTo, models, problems } = quote
    return {
      paid: 'no',
      next: 'Nothing was paid. `generate_video` buys it.',
      price,
      network,
      payTo,
      models,
      problems: problems?.map(({ message }) => message),
      left: (await client.budget())?.left,
    }
  },
})
