// A payment whose answer does not come for long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counting, open, openFolder, sandbox, useSandbox } from './stage.mjs'

useSandbox()

test('while a payment does not arrive, calls end in time and say that nothing is known; later it is the same payment', {
  timeout: 180_000,
}, async () => {
  const paid = await counting()
  const { call } = await open(await openFolder())
  const request = { prompt: 'A paper boat on a neon river', id: 'boat', wait_seconds: 0 }
  sandbox.fault('paid-dropped-before')
  for (const [name, given] of Object.entries({ generate_video: request, video_status: { id: 'boat' } })) {
    const began = Date.now()
    const { paid: isPaid, next } = await call(name, given)
    assert.equal(isPaid, 'unknown', name)
    assert.match(next, /not known yet whether it was paid\. Do not buy it again: call `video_status` with the id boat/)
    assert.ok(Date.now() - began < 30_000, name)
  }
  sandbox.fault(null)
  const found = await call('video_status', { id: 'boat', wait_seconds: 40 })
  assert.ok(found.video, JSON.stringify(found))
  assert.notEqual(found.paid, 'no')
  const again = await call('generate_video', request)
  assert.equal(again.video, found.video)
  assert.equal(await paid(), 1)
})
