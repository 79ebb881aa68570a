import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createJobs } from '../../sandbox/jobs.mjs'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { buy } from './buyer.mjs'
import { fixture } from './fixture.mjs'
import { until } from './until.mjs'

const ORDER = { prompt: 'a cat', duration: 12 }

function watch(options) {
  let now = 1000
  const jobs = createJobs({ stepMs: 100, fail: false, mediaUrl: 'http://media', now: () => now, ...options })
  const taskId = jobs.start(ORDER)
  return (elapsed) => {
    now = 1000 + elapsed
    return jobs.status(taskId)
  }
}

test('a task is queued, processed with rising progress, then completed', async () => {
  const at = watch({})
  const queued = { code: 202, body: await fixture('status-queued') }
  assert.deepEqual([at(0), at(99)], [queued, queued])
  const processing = { code: 202, body: await fixture('status-processing') }
  assert.deepEqual([at(100), at(199)], [processing, processing])
  assert.deepEqual(
    [200, 300, 400, 499].map((elapsed) => at(elapsed).body.progress),
    [25, 50, 75, 75],
  )
  assert.equal(at(500).code, 200)
  assert.equal(at(500).body.status, 'completed')
  assert.deepEqual(at(1e9), at(500))
})

test('a task can fail instead', () => {
  const at = watch({ fail: true })
  assert.equal(at(499).body.status, 'processing')
  const { code, body } = at(500)
  assert.equal(code, 500)
  assert.deepEqual(Object.keys(body), ['status', 'error'])
  assert.equal(body.status, 'failed')
  assert.ok(body.error)
})

test('the result has the documented shape', async () => {
  const { body } = watch({})(500)
  const shape = (value) =>
    typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
      : typeof value
  const { soraVideoId, ...templateData } = body.result.templateData
  assert.match(soraVideoId, /^video_\w+$/)
  assert.deepEqual(templateData, { duration: 12 })
  body.result.templateData = templateData
  assert.deepEqual(shape(body), shape(await fixture('status-completed')))
  assert.equal(body.result.generation.templateName, 'video')
  assert.match(body.result.generation.text, /a cat/)
})

async function order(sandbox) {
  const { response } = await buy(sandbox, { prompt: 'a cat' })
  const { taskId } = await response.json()
  const ask = async () => {
    const answer = await fetch(`${sandbox.apiUrl}/generation/${taskId}/status`)
    return { code: answer.status, body: await answer.json() }
  }
  return { taskId, ask }
}

test('the status endpoint tells that life', async () => {
  const hour = 3_600_000
  const sandbox = await startSandbox({ stepMs: hour })
  try {
    const { taskId, ask } = await order(sandbox)
    const hourLater = () => {
      sandbox.tasks.get(taskId).startedAt -= hour
      return ask()
    }
    assert.deepEqual(await ask(), { code: 202, body: { status: 'queued' } })
    for (const progress of [0, 25, 50, 75]) {
      assert.deepEqual(await hourLater(), { code: 202, body: { status: 'processing', progress } })
    }
    const { code, body } = await hourLater()
    assert.equal(code, 200)
    assert.equal(body.result.generation.video.url, `${sandbox.mediaUrl}/video.mp4`)
    assert.equal(body.result.generation.image, `${sandbox.mediaUrl}/cover.jpg`)
    assert.notEqual(new URL(sandbox.mediaUrl).origin, new URL(sandbox.apiUrl).origin)
  } finally {
    await sandbox.stop()
  }
})

test('time passes by itself; a failed task answers 500, an unknown one 404', async () => {
  const sandbox = await startSandbox({ stepMs: 5, fail: true })
  try {
    const { ask } = await order(sandbox)
    const { code, body } = await until('the task ends', async () => {
      const answer = await ask()
      return answer.code !== 202 && answer
    })
    assert.equal(code, 500)
    assert.equal(body.status, 'failed')
    const unknown = await fetch(`${sandbox.apiUrl}/generation/123e4567-e89b-12d3-a456-426614174000/status`)
    assert.equal(unknown.status, 404)
    assert.deepEqual(await unknown.json(), { status: 'not_found' })
  } finally {
    await sandbox.stop()
  }
})
