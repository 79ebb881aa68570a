/** What the service says about itself in its 402, word for word. */
export const offer = {
  description:
    'Generate AIGC (ai generated content) using the most advanced video models and optionally coin them to earn trading fees',
  inputSchema: {
    mimeType: 'application/json',
    bodyType: 'json',
    bodyFields: {
      prompt: {
        type: 'string',
        description: 'Text prompt describing the video to generate',
        required: true,
      },
      templateData: {
        type: 'string',
        description:
          "JSON stringified object with optional configuration. Include 'image' property here for image-to-video generation.",
        required: false,
        properties: {
          videoModel: {
            type: 'string',
            enum: ['sora'],
            default: 'sora',
            description: 'Video generation model to use',
          },
          soraVideoId: { type: 'string', description: 'Sora video ID for remix/continuation' },
          duration: { type: 'number', default: 8, description: 'Video duration in seconds (model-dependent)' },
          autoClank: {
            type: 'boolean',
            default: false,
            description:
              'Automatically deploy a Clanker token for this video with first frame as token. Sender is the creator to earn trading fees',
          },
          autoEnhance: {
            type: 'boolean',
            default: false,
            description: "Automatically enhance the prompt based on video model's prompting guidelines",
          },
          image: {
            type: 'string',
            description:
              'Optional image URL (http(s)://) or base64 data URL (data:image/png;base64,...) for image-to-video generation',
          },
        },
      },
    },
  },
  outputSchema: {
    type: 'object',
    properties: {
      taskId: {
        type: 'string',
        format: 'uuid',
        description:
          "Unique task identifier returned for polling status. Poll for completion status at GET eliza.getimagine.club/generation/{taskId}/status endpoint every 15 seconds until status is 'completed' or 'failed'. Generation typically takes 1-3 minutes.",
      },
    },
    notes: [
      'Response returns HTTP 202 (Accepted) with taskId',
      'Poll status at: GET /generation/:taskId/status',
      "Status responses: 'queued' (202), 'processing' (202), 'completed' (200), 'failed' (500), 'not_found' (404)",
      'Completed tasks return result.generation.video with the video URL',
      'Monitor progress field (0-100) to track generation progress',
    ],
  },
}

/**
 * What the seller says in its 402.
 * @param {string[] | null} models those that it lists; `null` for the documented ones
 * @param {import('./options.mjs').Options['dialect']} dialect the sister service documents no description of its
 *   parameters
 */
export function offerOf(models, dialect) {
  if (dialect === 'clawdvine') return { description: offer.description }
  if (!models) return offer
  const { bodyFields, ...input } = offer.inputSchema
  const { properties, ...data } = bodyFields.templateData
  const videoModel = { ...properties.videoModel, enum: models, default: models[0] }
  const templateData = { ...data, properties: { ...properties, videoModel } }
  return { ...offer, inputSchema: { ...input, bodyFields: { ...bodyFields, templateData } } }
}

/** The same for the extension `bazaar` of version 2, whose fields are JSON Schema. */
export function bazaarOf(models) {
  const videoModel = { type: 'string', enum: models, default: models[0] }
  const templateData = { type: 'object', properties: { videoModel, duration: { type: 'number', default: 8 } } }
  return {
    bodyType: 'json',
    input: { prompt: 'A paper boat', templateData: { videoModel: models[0], duration: 8 } },
    inputSchema: { type: 'object', properties: { prompt: { type: 'string' }, templateData }, required: ['prompt'] },
  }
}
