// The picture that a video starts from: what the seller takes as one, how much of it, and what the record of requests
// keeps.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { create } from './buyer.mjs'

const MB = 2 ** 20

let sandbox
let cover
before(async () => {
  sandbox = await startSandbox()
  cover = await readFile(new URL('../../sandbox/media/cover.jpg', import.meta.url))
})
after(() => sandbox.stop())

const dataUrl = (bytes, type = 'image/jpeg') => `data:${type};base64,${bytes.toString('base64')}`

/** Sends the fields as a form of older clients. */
function post(fields, { apiUrl } = sandbox) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ prompt: 'a cat', ...fields })) form.append(name, value)
  return fetch(`${apiUrl}/generation/create`, { method: 'POST', body: form })
}

const file = (bytes, type = 'image/jpeg') => new File([bytes], 'cover', { type })

/** What is on record of a request that was priced. */
async function record(sending) {
  assert.equal((await sending).status, 402)
  return sandbox.requests.at(-1)
}

test('an address is kept as it is', async () => {
  const url = 'https://example.com/boat.jpg?size=1'
  const { image, body } = await record(create(sandbox, { prompt: 'a cat', templateData: { image: url } }))
  assert.deepEqual(image, { how: 'address', url })
  assert.deepEqual(body.templateData, { image: url })
})

test('a data URL is kept as bytes, and nowhere else', async () => {
  for (const written of [(data) => data, JSON.stringify]) {
    const { image, body } = await record(
      create(sandbox, { prompt: 'a cat', templateData: written({ duration: 4, image: dataUrl(cover) }) }),
    )
    assert.deepEqual(image, { how: 'data', type: 'image/jpeg', bytes: cover })
    assert.deepEqual(body, {
      prompt: 'a cat',
      templateData: written({ duration: 4, image: `a picture of ${cover.length} bytes` }),
    })
  }
})

test('the type of a data URL is the first thing it says', async () => {
  const { image } = await record(
    create(sandbox, { prompt: 'a cat', templateData: { image: dataUrl(cover, 'image/jpeg;name=cover') } }),
  )
  assert.deepEqual(image, { how: 'data', type: 'image/jpeg', bytes: cover })
})

test('the file of a form is kept as bytes, and nowhere else', async () => {
  const { image, body } = await record(post({ templateData: JSON.stringify({ duration: 4 }), image: file(cover) }))
  assert.deepEqual(image, { how: 'file', type: 'image/jpeg', bytes: cover })
  assert.deepEqual(body, { prompt: 'a cat', templateData: '{"duration":4}' })
})

test('a form without a file may name an address', async () => {
  const { image } = await record(post({ templateData: JSON.stringify({ image: 'https://example.com/boat.jpg' }) }))
  assert.equal(image.how, 'address')
})

test('without a picture there is none on record', async () => {
  assert.equal('image' in (await record(create(sandbox, { prompt: 'a cat', templateData: {} }))), false)
  assert.equal('image' in (await record(post({}))), false)
})

test('the picture of a paid request is on record, too', async () => {
  const response = await create(sandbox, { prompt: 'a cat', templateData: { image: dataUrl(cover) } }, 'garbage')
  assert.equal(response.status, 402)
  const { paid, image } = sandbox.requests.at(-1)
  assert.ok(paid && image.bytes.equals(cover))
})

test('what is no picture is refused before payment', async () => {
  for (const image of [
    '',
    'boat.jpg',
    'https://',
    'ftp://example.com/boat.jpg',
    'javascript:alert(1)',
    'data:',
    'data:image/png,abc',
    'data:image/png;base64,',
    'data:image/png;base64,***',
    dataUrl(cover, 'text/html'),
    `${dataUrl(cover)}!`,
    null,
    7,
    {},
    [dataUrl(cover)],
  ]) {
    const response = await create(sandbox, { prompt: 'a cat', templateData: { image } })
    assert.equal(response.status, 400, JSON.stringify(image))
    assert.match((await response.json()).error, /templateData\.image must be/)
  }
  for (const image of [
    'https://example.com/boat.jpg',
    dataUrl(cover),
    '',
    file(cover, 'text/html'),
    file(cover, ''),
    file(''),
  ]) {
    const response = await post({ image })
    assert.equal(response.status, 400, image)
    assert.match((await response.json()).error, /the form's image must be/)
  }
  const two = await post({ templateData: JSON.stringify({ image: dataUrl(cover) }), image: file(cover) })
  assert.deepEqual([two.status, await two.json()], [400, { error: 'there may be one picture, not two' }])
})

test('twenty megabytes are taken, as JSON and as a form', async () => {
  const bytes = Buffer.alloc(20 * MB, 7)
  for (const [how, sending] of [
    ['data', () => create(sandbox, { prompt: 'a cat', templateData: { image: dataUrl(bytes) } })],
    ['file', () => post({ image: file(bytes) })],
  ]) {
    const { image } = await record(sending())
    assert.deepEqual([image.how, image.bytes.equals(bytes)], [how, true])
  }
})

test('a form is too long beyond 64 MB', async () => {
  assert.equal((await post({ image: file(Buffer.alloc(63 * MB)) })).status, 402)
  await assertTooLong(await post({ image: file(Buffer.alloc(64 * MB)) }))
})

test('JSON is too long beyond the limit that was set, and a form of the same size is not', async () => {
  const strict = await startSandbox({ jsonLimit: 1000 })
  try {
    const sized = (length) => create(strict, { prompt: 'a'.repeat(length - '{"prompt":""}'.length) })
    assert.equal((await sized(1000)).status, 402)
    await assertTooLong(await sized(1001))
    const paid = await create(strict, { prompt: 'a'.repeat(1000) }, 'garbage')
    await assertTooLong(paid)
    assert.equal((await post({ image: file(cover) }, strict)).status, 402)
    assert.deepEqual(
      strict.requests.map(({ method, body }) => [method, typeof body]),
      [
        ['POST', 'object'],
        ['POST', 'undefined'],
        ['POST', 'undefined'],
        ['POST', 'object'],
      ],
    )
  } finally {
    await strict.stop()
  }
})

test('a limit that cannot be meant is refused', async () => {
  for (const jsonLimit of [0, -1, 1.5, 'much', null])
    await assert.rejects(startSandbox({ jsonLimit }), /json-limit must be/)
})

/** An answer that a page may read. */
async function assertTooLong(response) {
  assert.equal(response.status, 413)
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  assert.deepEqual(await response.json(), { error: 'request entity too large' })
}
