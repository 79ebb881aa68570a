// Pictures: what tells one from another, and how they are sent.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { JPEG, PNG } from '../browser/pictures.mjs'
import { facade } from './facade.mjs'

let image
before(async () => {
  image = await facade('image')
})

/** The core, as far as it matters here: other bytes have another hash, and a picture is one of these two. */
const load = async () => ({
  keccak: (bytes) => createHash('sha512').update(bytes).digest('hex'),
  sniff: ([first]) => (first === PNG[0] ? 'image/png' : 'image/jpeg'),
})

const digestOf = async (bytes) => (await image.readImage(new Uint8Array(bytes), load)).digest

/** Runs as on a page without https, where there is no `crypto.subtle`. */
async function insecurely(run) {
  Object.defineProperty(globalThis.crypto, 'subtle', { configurable: true, value: undefined })
  try {
    return await run()
  } finally {
    delete globalThis.crypto.subtle
  }
}

/** The last byte of a picture in more than one part. */
const LAST = 3 * 2 ** 16 + 9

/** Such a picture, with that byte at a place. */
function large(at, byte) {
  const bytes = new Uint8Array(LAST + 1)
  bytes.set(PNG)
  bytes[at] = byte
  return bytes
}

const WHERE = { 'on any page': (run) => run(), 'on a page without `crypto.subtle`': insecurely }
for (const [where, within] of Object.entries(WHERE)) {
  describe(`a picture is told apart, ${where}, from another one`, () => {
    const assertOther = (one, other) =>
      within(async () => {
        assert.equal(one.length, other.length)
        assert.notEqual(await digestOf(one), await digestOf(other))
        assert.equal(await digestOf(one), await digestOf([...one]), 'the same is the same')
      })

    test('of the same size', () => assertOther(PNG, [...PNG.slice(0, -1), PNG.at(-1) ^ 1]))
    test('which differs in its first part', () => assertOther(large(1000, 1), large(1000, 2)))
    test('which differs in its last part', () => assertOther(large(LAST, 1), large(LAST, 2)))
    test('which has the same bytes in another order', () => assertOther(large(1000, 1), large(1001, 1)))
  })
}

test('a Blob is hashed once, and read again if reading failed before', async () => {
  let hashed = 0
  const load = async () => ({ sniff: () => 'image/png', keccak: () => `digest ${++hashed}` })
  const blob = new Blob([Uint8Array.from(PNG)])
  await insecurely(async () => {
    const first = await image.readImage(blob, load)
    const before = hashed
    assert.ok(before > 0)
    assert.equal(await image.readImage(blob, load), first)
    assert.equal(hashed, before)
    await image.readImage(new Blob([Uint8Array.from(PNG)]), load)
    assert.ok(hashed > before, 'another Blob may be another picture')
    const lost = new Blob([Uint8Array.from(PNG)])
    const unread = async () => Promise.reject(new Error('not loaded'))
    await assert.rejects(image.readImage(lost, unread))
    assert.ok(await image.readImage(lost, load))
  })
})

describe('a picture that was stored as bytes', () => {
  for (const [type, bytes] of [
    ['image/png', PNG],
    ['image/jpeg', JPEG],
  ]) {
    test(`is added to a form with its type: ${type}`, async () => {
      const stored = { bytes: Uint8Array.from(bytes).buffer, type, digest: 'd' }
      const [before, after] = JSON.stringify({ prompt: '紙の船', templateData: { image: '|' } }).split('|')
      const form = await image.compose({ form: true, before, after }, stored)
      const file = form.get('image')
      assert.deepEqual([file.type, file.name, form.get('prompt')], [type, type.replace('/', '.'), '紙の船'])
      assert.deepEqual(JSON.parse(form.get('templateData')), {})
    })
  }
})

test('a body with non-ASCII text is sent unchanged, with the picture filled in', async () => {
  const picture = await image.readImage(new Uint8Array(PNG), load)
  const [before, after] = ['{"prompt":"紙の船","image":"data:image/png;base64,', '"}']
  const sent = JSON.parse(await image.compose({ form: false, before, after }, picture))
  const base64 = Buffer.from(PNG).toString('base64')
  assert.deepEqual(sent, { prompt: '紙の船', image: `data:image/png;base64,${base64}` })
})
