// Imports nothing: the command line names the answers before any package is installed.

/** Reshapes answers of these statuses, in part or as a whole; the others stay as they are. */
const among =
  (...statuses) =>
  (reshape) =>
  (answer, seen) =>
    statuses.includes(answer.body.status) ? { ...answer, ...reshape(answer.body, seen) } : answer

const running = among('queued', 'processing')
const completed = among('completed')
const failed = among('failed')
const missing = among('not_found')
const every = among('queued', 'processing', 'completed', 'failed')

const atFirst = (answer) => every((_body, { look }) => (look <= 2 ? answer : {}))

const result = (reshape) => completed(({ result, ...rest }) => ({ body: { ...rest, result: reshape(result) } }))

const generation = (members) =>
  completed(({ result, ...rest }, files) => {
    return { body: { ...rest, result: { ...result, generation: { ...result.generation, ...members(files) } } } }
  })

const video = (write) => generation(({ video }) => ({ video: write(video) }))

const image = (write) => generation(({ cover }) => ({ image: write(cover) }))

const base64 = ({ bytes }) => bytes.toString('base64')

const WORDS = { queued: 'starting', processing: 'rendering' }

const TOKEN = `0x${'b0a7'.repeat(10)}`
const PAGE = 'https://imagine.example/media/1'
const NAMES = { name: 'A paper boat', symbol: 'BOAT' }

const TRANSACTION = `0x${'5e'.repeat(32)}`

/** A finished task as the sister service tells it, with all that it may tell. */
const tellAll = ({ result: { generation, templateData }, ...rest }, { video, cover, preview }) => ({
  ...rest,
  state: 'succeeded',
  progress: 100,
  artifactUrl: video.url,
  txHash: TRANSACTION,
  explorer: `https://explorer.example/tx/${TRANSACTION}`,
  result: {
    generation: {
      ...generation,
      video: video.url,
      image: cover.url,
      gif: preview.url,
      prompt: 'a paper boat',
      videoModel: 'some-model',
      provider: 'some-provider',
      duration: templateData.duration,
    },
    templateData,
    url: 'https://sister.example/media/1',
  },
})

/**
 * The answers of the status endpoint that services of this kind have been seen to give, in the place of the documented
 * ones. `reshape` makes such an answer of the documented one, `{ code, body }`; it also gets what the task was `look`ed
 * at so far, and the media with their addresses and bytes. With `fails` the task ends in `failed`. `says` is what
 * people read about it.
 */
export const ANSWERS = {
  state: {
    reshape: every(({ status, ...rest }) => ({ body: { state: status, ...rest } })),
    says: '`state` stands in the place of `status`',
  },
  succeeded: {
    reshape: completed((body) => ({ body: { ...body, status: 'succeeded' } })),
    says: 'a finished task is `succeeded`',
  },
  'words-unknown': {
    reshape: running((body) => ({ code: 200, body: { ...body, status: WORDS[body.status] } })),
    says: 'a running task is `starting`, then `rendering`, told by a 200',
  },

  'progress-percent': {
    reshape: running(({ progress, ...body }) => ({
      body: { ...body, metadata: { percent: progress, status: 'drawing' } },
    })),
    says: 'the progress is `metadata.percent`',
  },
  'progress-absent': {
    reshape: running(({ progress: _, ...body }) => ({ body })),
    says: 'a running task has no progress',
  },
  'progress-null': {
    reshape: running((body) => ({ body: { ...body, progress: null } })),
    says: 'the progress of a running task is `null`',
  },

  'failed-500': { fails: true, says: 'the task fails, told by a 500' },
  'failed-200': { fails: true, reshape: failed(() => ({ code: 200 })), says: 'the task fails, told by a 200' },
  'failed-object': {
    fails: true,
    reshape: failed(({ error, ...body }) => ({ body: { ...body, error: { code: 'failed', message: error } } })),
    says: 'the task fails, and its `error` is an object with a `message`',
  },

  'missing-as-error': {
    reshape: missing(() => ({ code: 200, body: { status: 'error', message: 'Task not found' } })),
    says: 'a task that does not exist is an `error`, told by a 200',
  },
  'missing-at-first': {
    reshape: atFirst({ code: 404, body: { status: 'not_found' } }),
    says: 'the first two looks at a task are answered 404',
  },
  'busy-at-first': {
    reshape: atFirst({ code: 429, headers: { 'retry-after': '1' }, body: { error: 'too many requests' } }),
    says: 'the first two looks at a task are answered 429',
  },

  'generation-at-top': {
    reshape: completed(({ result, ...rest }) => ({ body: { ...rest, ...result } })),
    says: 'the generation stands at the top, without a `result` around it',
  },
  'artifact-alone': {
    reshape: completed(({ status }, { video }) => ({ body: { status, artifactUrl: video.url } })),
    says: 'a finished task has an `artifactUrl` and nothing else',
  },
  'result-json': { reshape: result(JSON.stringify), says: 'the `result` is JSON text' },
  'template-data-json': {
    reshape: result(({ templateData, ...rest }) => ({ ...rest, templateData: JSON.stringify(templateData) })),
    says: '`templateData` is JSON text',
  },

  'video-address': { reshape: video(({ url }) => url), says: 'the video is an address' },
  'video-json': {
    reshape: video(({ url }) => JSON.stringify({ url })),
    says: 'the video is the JSON text of an object with its address',
  },
  'video-numbers': {
    reshape: video(({ bytes }) => ({ buffer: [...bytes], mimeType: 'video/mp4', size: bytes.length })),
    says: 'the video is a list of numbers, with type and size',
  },
  'video-buffer': { reshape: video(({ bytes }) => bytes.toJSON()), says: 'the video is what Node makes of a Buffer' },
  'video-base64': { reshape: video(base64), says: 'the video is bare base64' },

  'image-data-url': {
    reshape: image((cover) => `data:image/jpeg;base64,${base64(cover)}`),
    says: 'the picture is a data URL',
  },
  'image-base64': { reshape: image(base64), says: 'the picture is bare base64' },
  'picture-for-video': {
    reshape: generation(({ cover }) => ({ video: cover.url })),
    says: 'the address of the picture stands in the place of the video',
  },
  gif: { reshape: generation(({ preview }) => ({ gif: preview.url })), says: 'there is a moving preview, too' },

  page: {
    reshape: result((rest) => ({ ...rest, url: PAGE })),
    says: 'the result has the address of a public page',
  },
  'token-beside': {
    reshape: result((rest) => ({
      ...rest,
      token: { chain: 'base', address: TOKEN, external: false, metadata: NAMES },
    })),
    says: 'the result has a token, with its name in `metadata`',
  },
  'token-within': {
    reshape: generation(() => ({ token: { ...NAMES, address: TOKEN, platform: 'clanker' } })),
    says: 'the generation has a token, with its name',
  },

  'all-at-once': {
    reshape: completed((body, files) => ({ body: tellAll(body, files) })),
    says: 'a finished task has all that the sister service tells, such as `state` and `artifactUrl`',
  },
}
