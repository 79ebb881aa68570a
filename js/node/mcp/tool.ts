/** What a tool is. */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { ServerNotification, ServerRequest, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'
import type { Client } from 'imagine-x402'
import type * as z from 'zod/v4'
import type { Answer } from './answer.js'
import type { Limits } from './limits.js'

/** What comes with a call: its signal, and how to send its progress. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

/** What a tool has. */
export interface Context {
  client: Client
  limits: Limits
  server: Server
  extra: Extra
}

export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  title: string
  description: string
  annotations: ToolAnnotations
  input: Input
  /** The members of its answers, besides those that every answer has. */
  output: z.ZodRawShape
  run(input: z.infer<Input>, context: Context): Promise<Answer>
}

/** With the type of its input, which no list of tools could keep. */
export const tool = <Input extends z.ZodObject>(made: Tool<Input>): Tool => made as unknown as Tool
