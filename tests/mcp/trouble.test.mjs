// What a model is told when the service fails, when a file is broken, and when its client goes away.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../browser/package.mjs'
import { counting, open, openFolder, sandbox, useSandbox } from './stage.mjs'

useSandbox()

const TIMEOUT = { timeout: 60_000 }
const CLI = join(ROOT, 'dist', 'cli.js')
const REQUEST = { prompt: 'A paper boat on a neon river', id: 'boat' }

test(
  'a purchase of which the service says that it failed was paid, and is not bought again unasked',
  TIMEOUT,
  async () => {
    const { call } = await open(await openFolder())
    sandbox.answer('failed-500')
    try {
      const failed = await call('generate_video', REQUEST)
      assert.deepEqual([failed.paid, failed.error.code], ['yes', 'generation_failed'])
      assert.match(failed.next, /^It was paid\. .*would pay again: ask the user first/)
      const status = await call('video_status', { id: 'boat' })
      assert.equal(status.paid, 'yes')
      assert.match(status.next, /^It was paid\. .*ask the user first/)
    } finally {
      sandbox.answer(null)
    }
  },
)

for (const fault of ['paid-dropped-after', 'seed-ignored-500-after'])
  test(`when the answer to a payment is lost (${fault}), nobody is told that nothing was paid`, TIMEOUT, async () => {
    const paid = await counting()
    const { call } = await open(await openFolder())
    sandbox.fault(fault)
    try {
      const answer = await call('generate_video', { ...REQUEST, wait_seconds: 0 })
      assert.notEqual(answer.paid, 'no', JSON.stringify(answer))
      assert.doesNotMatch(answer.next, /Nothing was paid/)
      assert.equal(await paid(), 1)
    } finally {
      sandbox.fault(null)
    }
  })

test('a service that cannot be reached was not paid', TIMEOUT, async () => {
  const { call } = await open(await openFolder())
  sandbox.fault('probe-dropped')
  try {
    for (const name of ['quote_video', 'generate_video']) {
      const { paid, next, error } = await call(name, name === 'quote_video' ? { prompt: 'A moth' } : REQUEST)
      assert.deepEqual([paid, error.code], ['no', 'network'])
      assert.match(next, /^Nothing was paid\. You may call again/)
    }
  } finally {
    sandbox.fault(null)
  }
})

test('a record that was cut off is listed, and counts in the budget until it is forgotten', TIMEOUT, async () => {
  const folder = await openFolder()
  const { call } = await open(folder)
  await call('generate_video', { ...REQUEST, wait_seconds: 0 })
  const [file] = await readdir(join(folder, 'purchases'))
  await truncate(join(folder, 'purchases', file), 100)
  const refused = await call('generate_video', REQUEST)
  assert.deepEqual([refused.paid, refused.error.code], ['unknown', 'unsupported_environment'])
  const [listed] = (await call('list_videos')).videos
  assert.deepEqual([listed.id, listed.step, listed.paid], ['boat', 'unreadable', 'unknown'])
  const other = { ...REQUEST, id: 'other', wait_seconds: 0 }
  const counted = await call('generate_video', other)
  assert.equal(counted.error.code, 'unsupported_environment')
  assert.match(counted.error.message, /forget/)
  const before = (await sandbox.payments()).length
  spawnSync(process.execPath, [CLI, 'forget', 'boat', '--folder', folder])
  await call('generate_video', other)
  assert.equal((await sandbox.payments()).length - before, 1)
  const { videos } = await call('list_videos')
  assert.deepEqual(
    videos.map(({ id, step, paid }) => [id, step, paid]),
    [['other', 'accepted', 'yes']],
  )
})

test('an id that nobody has bought is not found', TIMEOUT, async () => {
  const { call } = await open(await openFolder())
  const answer = await call('video_status', { id: 'nobody' })
  assert.ok(answer.error, JSON.stringify(answer))
  assert.equal((await call('video_status')).next, 'Nothing is unfinished: `list_videos` has all purchases.')
})

test('a client that goes away while it waits ends the server', TIMEOUT, async () => {
  const { client, call, transport } = await open(await openFolder())
  const { pid } = transport
  await new Promise((resolve) => {
    const onprogress = ({ message }) => message === 'accepted' && resolve()
    call('generate_video', { ...REQUEST, wait_seconds: 60 }, { onprogress }).catch(() => {})
  })
  const began = Date.now()
  await client.close()
  while (isRunning(pid)) await sleep(20)
  // The official client would kill it after two seconds.
  assert.ok(Date.now() - began < 1_800, `${Date.now() - began} ms`)
})

function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
