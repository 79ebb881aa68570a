/** `spending`: the limits, and what is spent of them. */
import * as z from 'zod/v4'
import { tool } from '../tool.js'

export const spending = tool({
  title: 'Limits and spending',
  description: 'Tells the limits that the user has set, what is spent of them and left, and what the account has.',
  annotations: { readOnlyHint: true, openWorldHint: true },
  input: z.strictObject({}),
  output: {
    budget: z.string().optional(),
    maxPrice: z.string().optional(),
    askAbove: z.string().optional(),
    spent: z.string().optional(),
    left: z.string().optional(),
    resetsAt: z.string().optional().describe('When some of the budget comes back.'),
    balance: z.string().optional().describe('Absent if the chain could not be read.'),
  },
  async run(_, { client, limits }) {
    const [state, money] = await Promise.all([client.budget(), client.balance().catch(() => undefined)])
    return {
      paid: 'no',
      next: 'The limits are those of the user, and no call changes them. This call paid nothing.',
      ...limits,
      spent: state?.spent,
      left: state?.left,
      resetsAt: state?.resetsAt ? new Date(state.resetsAt).toISOString() : undefined,
      balance: money && `${money.amount} ${money.symbol}`,
    }
  },
})
