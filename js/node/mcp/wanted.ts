/** What a model may say of a video. Nothing in it is about limits, and nothing deploys a token. */
import type { GenerateRequest } from 'imagine-x402'
import * as z from 'zod/v4'

export const WANTED = {
  prompt: z.string().min(1).describe('What the video shows.'),
  model: z.string().min(1).optional().describe("The service's name of a model; `quote_video` lists them if it can."),
  duration: z.number().positive().optional().describe('Seconds.'),
  image_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('A picture to begin with, as an http(s) address.'),
}

type Wanted = z.infer<z.ZodObject<typeof WANTED>>

export const requestOf = ({ prompt, model, duration, image_url: image }: Wanted, id?: string): GenerateRequest => ({
  prompt,
  videoModel: model,
  duration,
  image,
  id,
})
