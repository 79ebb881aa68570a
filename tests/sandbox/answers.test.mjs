// The answers of the status endpoint: each of them as a client gets it, to the letter.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { ANSWERS } from '../../sandbox/answers.mjs'
import { createJobs } from '../../sandbox/jobs.mjs'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { createWording } from '../../sandbox/wording.mjs'
import { buy } from './buyer.mjs'
import { until } from './until.mjs'

const VIDEO = 'http://media/video.mp4'
const COVER = 'http://media/cover.jpg'
const FILES = {
  video: { url: VIDEO, bytes: Buffer.from('film') },
  cover: { url: COVER, bytes: Buffer.from('face') },
  preview: { url: 'http://media/preview.gif', bytes: Buffer.from('loop') },
}
const REASON = 'The video could not be generated'
const TOKEN = '0xb0a7b0a7b0a7b0a7b0a7b0a7b0a7b0a7b0a7b0a7'
const NOT_FOUND = [404, { status: 'not_found' }]
const BUSY = [429, { error: 'too many requests' }, { 'retry-after': '1' }]
const TRANSACTION = `0x${'5e'.repeat(32)}`

const completed = (result) => [200, { status: 'completed', result }]
const generation = (members) => (result) => completed({ ...result, generation: { ...result.generation, ...members } })

const DOCUMENTED = {
  queued: [202, { status: 'queued' }],
  processing: [202, { status: 'processing', progress: 25 }],
  end: completed,
}

/**
 * What differs from the documented answers: code, body and headers while it is queued, at 25 %, at its end, and where
 * it does not exist.
 */
const TOLD = {
  state: {
    queued: [202, { state: 'queued' }],
    processing: [202, { state: 'processing', progress: 25 }],
    end: (result) => [200, { state: 'completed', result }],
  },
  succeeded: { end: (result) => [200, { status: 'succeeded', result }] },
  'words-unknown': { queued: [200, { status: 'starting' }], processing: [200, { status: 'rendering', progress: 25 }] },
  'progress-percent': {
    queued: [202, { status: 'queued', metadata: { status: 'drawing' } }],
    processing: [202, { status: 'processing', metadata: { percent: 25, status: 'drawing' } }],
  },
  'progress-absent': { processing: [202, { status: 'processing' }] },
  'progress-null': {
    queued: [202, { status: 'queued', progress: null }],
    processing: [202, { status: 'processing', progress: null }],
  },
  'failed-500': { end: () => [500, { status: 'failed', error: REASON }] },
  'failed-200': { end: () => [200, { status: 'failed', error: REASON }] },
  'failed-object': { end: () => [500, { status: 'failed', error: { code: 'failed', message: REASON } }] },
  'missing-as-error': { missing: [200, { status: 'error', message: 'Task not found' }] },
  'missing-at-first': { queued: NOT_FOUND, processing: NOT_FOUND },
  'busy-at-first': { queued: BUSY, processing: BUSY },
  'generation-at-top': { end: (result) => [200, { status: 'completed', ...result }] },
  'artifact-alone': { end: () => [200, { status: 'completed', artifactUrl: VIDEO }] },
  'result-json': { end: (result) => completed(JSON.stringify(result)) },
  'template-data-json': {
    end: (result) => completed({ ...result, templateData: JSON.stringify(result.templateData) }),
  },
  'video-address': { end: generation({ video: VIDEO }) },
  'video-json': { end: generation({ video: `{"url":"${VIDEO}"}` }) },
  'video-numbers': { end: generation({ video: { buffer: [102, 105, 108, 109], mimeType: 'video/mp4', size: 4 } }) },
  'video-buffer': { end: generation({ video: { type: 'Buffer', data: [102, 105, 108, 109] } }) },
  'video-base64': { end: generation({ video: 'ZmlsbQ==' }) },
  'image-data-url': { end: generation({ image: 'data:image/jpeg;base64,ZmFjZQ==' }) },
  'image-base64': { end: generation({ image: 'ZmFjZQ==' }) },
  'picture-for-video': { end: generation({ video: COVER }) },
  gif: { end: generation({ gif: 'http://media/preview.gif' }) },
  page: { end: (result) => completed({ ...result, url: 'https://imagine.example/media/1' }) },
  'token-beside': {
    end: (result) =>
      completed({
        ...result,
        token: { chain: 'base', address: TOKEN, external: false, metadata: { name: 'A paper boat', symbol: 'BOAT' } },
      }),
  },
  'token-within': {
    end: generation({ token: { name: 'A paper boat', symbol: 'BOAT', address: TOKEN, platform: 'clanker' } }),
  },
  'all-at-once': {
    end: ({ generation, templateData }) => [
      200,
      {
        status: 'completed',
        state: 'succeeded',
        progress: 100,
        artifactUrl: VIDEO,
        txHash: TRANSACTION,
        explorer: `https://explorer.example/tx/${TRANSACTION}`,
        result: {
          generation: {
            ...generation,
            video: VIDEO,
            image: COVER,
            gif: 'http://media/preview.gif',
            prompt: 'a paper boat',
            videoModel: 'some-model',
            provider: 'some-provider',
            duration: 12,
          },
          templateData,
          url: 'https://sister.example/media/1',
        },
      },
    ],
  },
}

test('all answers have their test', () => {
  assert.deepEqual(Object.keys(TOLD), Object.keys(ANSWERS))
})

/** Looks at a task in any step of its life, or at another id. */
function watch({ fail = false } = {}) {
  let now = 0
  const jobs = createJobs({ stepMs: 1, fail, mediaUrl: 'http://media', now: () => now })
  const wording = createWording(jobs, FILES)
  const taskId = jobs.start({ prompt: 'a cat', duration: 12 })
  return (name, step, id = taskId) => {
    wording.set(name)
    now = step
    const { code, body, headers } = wording.status(id)
    return [code, JSON.parse(JSON.stringify(body)), ...(headers ? [headers] : [])]
  }
}

for (const [name, told] of Object.entries(TOLD)) {
  test(`${name}: ${ANSWERS[name]?.says}`, () => {
    const look = watch()
    const [queued, processing, end, unknown] = [look(name, 0), look(name, 2), look(name, 5), look(name, 5, 'unknown')]
    const [, { result }] = look(null, 5)
    const expected = { ...DOCUMENTED, missing: NOT_FOUND, ...told }
    assert.deepEqual([queued, processing, end], [expected.queued, expected.processing, expected.end(result)])
    assert.deepEqual(unknown, expected.missing)
  })
}

test('a task that fails does so with all answers', () => {
  const look = watch({ fail: true })
  assert.deepEqual(look('video-json', 5), [500, { status: 'failed', error: REASON }])
  assert.deepEqual(look('failed-200', 5), [200, { status: 'failed', error: REASON }])
  assert.deepEqual(look('state', 5), [500, { state: 'failed', error: REASON }])
})

test('each task has first looks of its own', () => {
  const jobs = createJobs({ stepMs: 1, fail: false, mediaUrl: 'http://media', now: () => 0 })
  const wording = createWording(jobs, FILES)
  wording.set('missing-at-first')
  const tasks = [1, 2].map(() => jobs.start({ prompt: 'a cat', duration: 12 }))
  const codes = [0, 0, 1, 0, 1, 1].map((task) => wording.status(tasks[task]).code)
  assert.deepEqual(codes, [404, 404, 404, 202, 404, 202])
})

test('the status endpoint answers so, from the start or from any time on', async () => {
  const sandbox = await startSandbox({ stepMs: 1, answers: 'video-base64' })
  try {
    const { taskId } = await (await buy(sandbox, { prompt: 'a cat' })).response.json()
    const look = () => fetch(`${sandbox.apiUrl}/generation/${taskId}/status`)
    const video = () => until('the task ends', async () => (await (await look()).json()).result?.generation.video)
    assert.deepEqual(Buffer.from(await video(), 'base64'), await media('video.mp4'))
    sandbox.answer('video-buffer')
    assert.deepEqual(Buffer.from(await video()), await media('video.mp4'))
    sandbox.answer('image-base64')
    const { result } = await (await look()).json()
    assert.deepEqual(Buffer.from(result.generation.image, 'base64'), await media('cover.jpg'))
    sandbox.answer('gif')
    const { gif } = (await (await look()).json()).result.generation
    assert.deepEqual(Buffer.from(await (await fetch(gif)).arrayBuffer()), await media('preview.gif'))
    sandbox.answer(null)
    assert.deepEqual(await video(), { url: `${sandbox.mediaUrl}/video.mp4` })

    const { taskId: another } = await (await buy(sandbox, { prompt: 'a cat' })).response.json()
    sandbox.answer('busy-at-first')
    const { status, headers } = await fetch(`${sandbox.apiUrl}/generation/${another}/status`)
    assert.deepEqual([status, headers.get('retry-after'), headers.get('access-control-allow-origin')], [429, '1', '*'])
  } finally {
    await sandbox.stop()
  }
  await assert.rejects(startSandbox({ answers: 'nonsense' }), /there are no answers "nonsense"; there are state, /)
})

test('the README lists all answers', async () => {
  const readme = await readFile(new URL('../../sandbox/README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| (.+) \|$/gm)].map(([, name, says]) => [name, says])
  assert.deepEqual(
    rows.filter(([name]) => name in ANSWERS),
    Object.entries(ANSWERS).map(([name, { says }]) => [name, says]),
  )
})

const media = (name) => readFile(new URL(`../../sandbox/media/${name}`, import.meta.url))
