// Every way in which services tell of a task, each after a payment of its own: what the library makes of it, and
// whether the page can show it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { ANSWERS } from '../../sandbox/answers.mjs'
import { SIGN } from './harness.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 600_000 }
/** So long that no test sees a step come by itself. */
const STEP_MS = 3_600_000
const STEPS = 5

const FILES = { video: ['video.mp4', [640, 360]], image: ['cover.jpg', [640, 360]], gif: ['preview.gif', [128, 72]] }
const REASON = 'The video could not be generated'
const TOKEN = { address: '0xb0a7b0a7b0a7b0a7b0a7b0a7b0a7b0a7b0a7b0a7', name: 'A paper boat', symbol: 'BOAT' }

const life = (status, ...progress) => progress.map((percent) => [status, percent])
const LIFE = [['queued', null], ...life('processing', 0, 25, 50, 75)]
const WITHOUT_PROGRESS = [['queued', null], ...life('processing', null, null, null, null)]
const END = [['completed', 100], ['done']]
const FAILURE = { looks: LIFE, waits: [['failed', undefined]], failure: REASON }

const VIDEO_BYTES = { video: ['blob:', 'video/mp4'] }

/**
 * What the library makes of the documented answers: the looks while the task runs, what a wait hears at its end, and
 * the result: for each medium the scheme of its address, and its type where it is known.
 */
const DOCUMENTED = { looks: LIFE, waits: END, media: { video: ['http:'], image: ['http:'] } }

/** What differs with other answers. */
const READ = {
  state: {},
  succeeded: {},
  'words-unknown': { looks: life('unknown', undefined, undefined, undefined, undefined, undefined) },
  'progress-percent': {},
  'progress-absent': { looks: WITHOUT_PROGRESS },
  'progress-null': { looks: WITHOUT_PROGRESS },
  'failed-500': FAILURE,
  'failed-200': FAILURE,
  'failed-object': FAILURE,
  'missing-as-error': {},
  'missing-at-first': { looks: [], waits: [...life('not_found', undefined, undefined), ...END] },
  'busy-at-first': { looks: [], waits: [['retrying'], ['retrying'], ...END] },
  'generation-at-top': {},
  'artifact-alone': { media: { video: ['http:'] }, about: () => ({ templateData: {} }) },
  'result-json': {},
  'template-data-json': {},
  'video-address': {},
  'video-json': {},
  'video-numbers': { media: { ...VIDEO_BYTES, image: ['http:'] } },
  'video-buffer': { media: { ...VIDEO_BYTES, image: ['http:'] } },
  'video-base64': { media: { ...VIDEO_BYTES, image: ['http:'] } },
  'image-data-url': { media: { video: ['http:'], image: ['data:'] } },
  'image-base64': { media: { video: ['http:'], image: ['blob:', 'image/jpeg'] } },
  'picture-for-video': { media: { image: ['http:'] } },
  gif: { media: { video: ['http:'], image: ['http:'], gif: ['http:'] } },
  page: { about: (documented) => ({ ...documented, pageUrl: 'https://imagine.example/media/1' }) },
  'token-beside': { about: (documented) => ({ ...documented, token: { ...TOKEN, chain: 'base', external: false } }) },
  'token-within': { about: (documented) => ({ ...documented, token: TOKEN }) },
  'all-at-once': {
    media: { video: ['http:'], image: ['http:'], gif: ['http:'] },
    about: (documented) => ({ ...documented, pageUrl: 'https://sister.example/media/1' }),
  },
}

const open = useWorlds(after)
let world

test('every response has a test', () => {
  assert.deepEqual(Object.keys(READ), Object.keys(ANSWERS))
})

describe('a task is paid once, and its status is', TIMEOUT, () => {
  before(async () => {
    world = await open(null, { stepMs: STEP_MS })
  })

  for (const [name, read] of [['documented', {}], ...Object.entries(READ)]) {
    test(`${name}: ${ANSWERS[name]?.says ?? 'the service documents it'}`, async () => {
      const { looks, waits, failure, media, about = (documented) => documented } = { ...DOCUMENTED, ...read }
      world.sandbox.answer(null)
      const { taskId, transaction } = await assertOnePayment(name)
      const documented = await documentedEnd(taskId)
      world.sandbox.answer(ANSWERS[name] ? name : null)

      for (const [step, expected] of looks.entries()) {
        go(taskId, step)
        assert.deepEqual(await world.dapp.value(look), expected)
      }
      go(taskId, STEPS)
      const { heard, result, error } = await world.dapp.value(wait)
      assert.deepEqual(heard, waits)
      if (failure) return assertFailed(error, { taskId, transaction, failure })

      assert.equal(error, undefined)
      const { video, image, gif, receipt, ...rest } = result
      assert.deepEqual([receipt.settled, receipt.transaction], ['server', transaction])
      assert.deepEqual(rest, { taskId, ...about(documented) })
      await assertMedia({ video, image, gif }, media)
    })
  }
})

/** Buys one task, which the page keeps as `dapp.task`. */
async function assertOnePayment(prompt) {
  const { sandbox, dapp, order } = world
  const [payments, signatures] = [(await sandbox.payments()).length, await dapp.asked(SIGN)]
  const taskId = await dapp.value(
    async (imagine, { request, options }, dapp) => {
      dapp.task = await imagine.submit(request, options)
      return dapp.task.taskId
    },
    order({}, { prompt }),
  )
  const paid = (await sandbox.payments()).slice(payments)
  assert.deepEqual([paid.length, (await dapp.asked(SIGN)) - signatures], [1, 1], 'payments and signatures')
  return { taskId, transaction: paid[0].transaction }
}

/** Sets the task's clock to the middle of a step. */
function go(taskId, step) {
  world.sandbox.tasks.get(taskId).startedAt = Date.now() - (step + 0.5) * STEP_MS
}

/** What a result has besides media, as the documented answer tells it. That look does not count. */
async function documentedEnd(taskId) {
  go(taskId, STEPS)
  const answer = await fetch(`${world.sandbox.apiUrl}/generation/${taskId}/status`)
  const {
    result: {
      generation: { text, templateName, agentId },
      templateData,
    },
  } = await answer.json()
  world.sandbox.tasks.get(taskId).looks = 0
  return { text, templateName, agentId, templateData, remixId: templateData.soraVideoId }
}

const look = async (_imagine, _args, { task }) => {
  const { status, progress } = await task.refresh()
  return [status, progress]
}

/** Waits for the end, without what the server itself said: that may be long. */
const wait = async (_imagine, _args, { task }) => {
  const heard = []
  const onEvent = ({ type, status }) => heard.push(type === 'status' ? [status.status, status.progress] : [type])
  const end = await task.wait({ pollInterval: 2000, timeout: 60_000, onEvent }).then(
    ({ raw, ...result }) => ({ result }),
    ({ code, stage, paid, retry, taskId, receipt, details }) => ({
      error: { code, stage, paid, retry, taskId, details, transaction: receipt?.transaction },
    }),
  )
  return { heard, ...end }
}

function assertFailed(error, { failure, ...owned }) {
  assert.deepEqual(error, {
    code: 'generation_failed',
    stage: 'wait',
    paid: 'yes',
    retry: 'pays_again',
    details: { reason: failure },
    ...owned,
  })
}

/** The media are there in the expected form and no others, have the bytes of the files, and are shown by the page. */
async function assertMedia(given, expected) {
  const found = Object.entries(given).filter(([, medium]) => medium)
  const forms = found.map(([kind, { url, mimeType }]) => [
    kind,
    [new URL(url).protocol, ...(mimeType ? [mimeType] : [])],
  ])
  assert.deepEqual(Object.fromEntries(forms), expected)
  for (const [kind, { url }] of found) {
    const [name, size] = FILES[kind]
    const bytes = await readFile(new URL(`../../sandbox/media/${name}`, import.meta.url))
    const shown = await world.dapp.page.evaluate(show, { url, element: kind === 'video' ? 'video' : 'img' })
    assert.equal(shown.digest, createHash('sha256').update(bytes).digest('hex'), `the bytes of the ${kind}`)
    assert.deepEqual([shown.width, shown.height], size, `the ${kind} is shown`)
  }
}

/** The digest of what is at that address, and the size in which the page shows it. */
async function show({ url, element }) {
  const bytes = await (await fetch(url)).arrayBuffer()
  const digest = [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
  const medium = document.createElement(element)
  await new Promise((resolve, reject) => {
    medium.onload = medium.onloadeddata = resolve
    medium.onerror = () => reject(new Error(`the page cannot show the ${element}`))
    medium.src = url
    medium.load?.()
  })
  return { digest, width: medium.videoWidth ?? medium.naturalWidth, height: medium.videoHeight ?? medium.naturalHeight }
}
