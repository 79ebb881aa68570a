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
