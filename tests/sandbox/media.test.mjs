import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { startMedia } from '../../sandbox/media.mjs'

const file = (name) => readFile(new URL(`../../sandbox/media/${name}`, import.meta.url))

let media
before(async () => {
  media = await startMedia()
})
after(() => media.stop())

test('video, cover and preview come whole, with their types, to pages of every origin', async () => {
  for (const [name, type] of [
    ['video.mp4', 'video/mp4'],
    ['cover.jpg', 'image/jpeg'],
    ['preview.gif', 'image/gif'],
  ]) {
    const response = await fetch(`${media.url}/${name}`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), type)
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), await file(name))
  }
})

test('a player can ask for a range', async () => {
  const response = await fetch(`${media.url}/video.mp4`, { headers: { range: 'bytes=100-199' } })
  assert.equal(response.status, 206)
  assert.match(response.headers.get('content-range'), /^bytes 100-199\/\d+$/)
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), (await file('video.mp4')).subarray(100, 200))
})

test('files that pages may only show come without CORS headers', async () => {
  const closed = await startMedia({ readable: false })
  const response = await fetch(`${closed.url}/video.mp4`)
  await closed.stop()
  assert.deepEqual([response.status, response.headers.get('access-control-allow-origin')], [200, null])
})

test('nothing else is served', async () => {
  for (const path of ['/make.sh', '/', '/../media.mjs']) assert.equal((await fetch(media.url + path)).status, 404, path)
})

test('the video is small and can play before it is loaded, the cover is a picture, and so is the preview', async () => {
  const video = await file('video.mp4')
  assert.ok(video.length < 200_000)
  assert.deepEqual(boxes(video), ['ftyp', 'moov', 'free', 'mdat'])
  assert.ok(video.includes('avc1'))
  assert.deepEqual([...(await file('cover.jpg')).subarray(0, 3)], [0xff, 0xd8, 0xff])
  assert.equal((await file('preview.gif')).toString('latin1', 0, 6), 'GIF89a')
})

/** The names of an MP4's outermost boxes; `moov`, the index, must come before `mdat`, the pictures. */
function boxes(bytes, offset = 0) {
  if (offset >= bytes.length) return []
  const name = bytes.toString('latin1', offset + 4, offset + 8)
  return [name, ...boxes(bytes, offset + bytes.readUInt32BE(offset))]
}
