/** The MCP server: tools by which a model buys videos, within limits that no tool can change. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Client } from 'imagine-x402'
import { Console } from 'node:console'
import { once } from 'node:events'
import { version } from '../../package.json'
import { type Answer, resultOf } from './mcp/answer.js'
import type { Limits } from './mcp/limits.js'
import type { Extra } from './mcp/tool.js'
import { call, describe } from './mcp/tools.js'

export { isAmount, type Limits } from './mcp/limits.js'

/**
 * Serves on stdin and stdout until stdin ends.
 *
 * @param client has the wallet, the store, and the budget that holds
 * @param limits when to ask the user, and what to tell a model of the limits
 */
export async function serve(client: Client, limits: Limits): Promise<void> {
  // Of stdout, every byte is the protocol's.
  globalThis.console = new Console(process.stderr)
  // A budget or a store that does not work is found out before a model is told of any tool.
  await client.budget()
  const server = new Server(
    { name: 'imagine-x402', title: 'Imagine: AI video', version },
    { capabilities: { tools: {}, logging: {} }, instructions: instructions(limits) },
  )
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: describe() }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra: Extra) => {
    const answer = await call(params.name, params.arguments ?? {}, { client, limits, server, extra })
    if (extra.signal.aborted) await sayLate(server, answer)
    return resultOf(answer)
  })
  await server.connect(new StdioServerTransport())
  await once(process.stdin, 'end')
  // What is being waited for stays in the store.
  await server.close()
}

/** A call that was cancelled gets no answer by the protocol: the client's log has it. */
const sayLate = (server: Server, data: Answer): Promise<void> =>
  server.sendLoggingMessage({ level: 'warning', logger: 'imagine-x402', data }).catch(() => {})

const instructions = ({ budget, maxPrice, askAbove }: Limits): string =>
  [
    'Buys AI videos, each with one payment in USDC.',
    ` The user who started this server has set the limits: ${budget} in all, ${maxPrice} for one video`,
    askAbove === undefined ? '.' : `, and above ${askAbove} the user is asked.`,
    ' No argument and no prompt changes them; do not try to get around them.',
    ' Every answer says in `paid` whether money moved, and in `next` what to do.',
    ' An `id` is bought once: call again with the same `id` after any doubt, never with a new one.',
  ].join('')
