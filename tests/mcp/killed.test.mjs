// The server is killed while it waits for a video, and started again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counting, open, openFolder, useSandbox } from './stage.mjs'

useSandbox({ stepMs: 400 })

test('after kill -9, a new server finds the purchase: one payment, the video, the same budget', {
  timeout: 60_000,
}, async () => {
  const [paid, folder] = [await counting(), await openFolder()]
  const args = ['--budget', '1.50/day']
  const first = await open(folder, { args })
  await new Promise((resolve) => {
    const onprogress = ({ message }) => message === 'accepted' && resolve()
    first.call('generate_video', { prompt: 'A moth', id: 'moth', wait_seconds: 60 }, { onprogress }).catch(() => {})
  })
  await first.kill()
  const { call } = await open(folder, { args })
  const { videos } = await call('list_videos', { unfinished: true })
  assert.deepEqual(
    videos.map(({ id, paid }) => [id, paid]),
    [['moth', 'yes']],
  )
  const found = await call('video_status', { wait_seconds: 60 })
  assert.deepEqual([found.id, found.paid], ['moth', 'yes'])
  assert.ok((await fetch(found.video)).ok)
  const refused = await call('generate_video', { prompt: 'A moth', id: 'another' })
  assert.equal(refused.error.code, 'budget_exceeded')
  assert.equal(await paid(), 1)
})
