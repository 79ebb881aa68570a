// Results in forms that no answers of the sandbox have (variants.more.mjs has those), and malformed or hostile ones:
// one shape, and media that a page can show.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, describe, test } from 'node:test'
import { at, playableSeconds, status } from './calls.mjs'
import { dapp, openDapp, openSeller, seller, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }
const ADDRESS = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const film = await readFile(new URL('../../sandbox/media/video.mp4', import.meta.url))

useStage({
  whenOver: after,
  async open() {
    await openSeller()
    await openDapp()
  },
})

/** What the library makes of such an answer. */
async function look(body, options) {
  seller.answer({ status: { status: 200, body: { status: 'completed', ...body } } })
  const { result, ...rest } = await dapp.value(status, { taskId: 'task-1', options: at(seller.url, options) })
  assert.deepEqual(rest, { status: 'completed', taskId: 'task-1', progress: 100 })
  assert.deepEqual(result.raw, { status: 'completed', ...body }, "the server's answer, untouched")
  return result
}

const generation = (generation, rest) => ({ result: { generation, ...rest } })

/** What stands at an address that the page made. */
const fetchInPage = (url) =>
  dapp.page.evaluate(async (url) => {
    const blob = await (await fetch(url)).blob()
    return { type: blob.type, bytes: [...new Uint8Array(await blob.arrayBuffer())] }
  }, url)

describe('a finished task', TIMEOUT, () => {
  describe('has its video, given as', () => {
    const url = 'https://media.test/v.mp4'
    for (const [form, body] of [
      ['a generation without a result around it, at an address', { generation: { video: url } }],
      ['a result without a generation in it', { result: { video: url } }],
      ['the JSON text of a result, with an address', { result: JSON.stringify({ generation: { video: url } }) }],
    ])
      test(form, async () => assert.equal((await look(body)).video.url, url))

    test('a data URL', async () => {
      const data = `data:video/mp4;base64,${film.subarray(0, 30).toString('base64')}`
      assert.equal((await look(generation({ video: data }))).video.url, data)
    })

    test('an object with its type', async () => {
      assert.deepEqual((await look(generation({ video: { url, mimeType: 'video/webm' } }))).video, {
        url,
        mimeType: 'video/webm',
      })
    })
  })

  describe('has an inline video, given as', () => {
    for (const [form, video] of [
      ['a list of numbers and nothing else', () => [...film]],
      ['what Node makes of a buffer, in an object', () => ({ buffer: film.toJSON() })],
      ['base64 in an object', () => ({ data: film.toString('base64'), mimeType: 'video/mp4' })],
    ]) {
      test(form, async () => {
        const {
          video: { url, mimeType },
        } = await look(generation({ video: video() }))
        assert.match(url, /^blob:/)
        const { type, bytes } = await fetchInPage(url)
        assert.deepEqual([type, mimeType, Buffer.from(bytes).equals(film)], ['video/mp4', 'video/mp4', true])
        assert.ok((await dapp.page.evaluate(playableSeconds, url)) > 0, 'it plays')
      })
    }

    test('bytes declared as a type that would run in the page: their own type counts', async () => {
      const html = Buffer.from('<!doctype html><script>alert(1)</script>')
      const { video } = await look(generation({ video: { buffer: [...html], mimeType: 'text/html' } }))
      assert.deepEqual([(await fetchInPage(video.url)).type, video.mimeType], ['video/mp4', 'video/mp4'])
    })

    test('a URL of its own, which can be revoked', async () => {
      const { video } = await look(generation({ video: [...film] }))
      assert.ok((await fetchInPage(video.url)).bytes.length > 0)
      await dapp.page.evaluate((url) => URL.revokeObjectURL(url), video.url)
      await assert.rejects(fetchInPage(video.url))
    })
  })

  describe('has its picture, given as', () => {
    test('bare base64', async () => {
      const { image } = await look(generation({ video: 'https://media.test/v.mp4', image: PNG.toString('base64') }))
      const { type, bytes } = await fetchInPage(image.url)
      assert.deepEqual([type, image.mimeType, Buffer.from(bytes).equals(PNG)], ['image/png', 'image/png', true])
    })

    for (const [form, video] of [
      ['a video that is a picture by its name', 'https://media.test/p.png?size=1'],
      ['a video that is a picture by its type', { url: 'https://media.test/p', mimeType: 'image/webp' }],
      ['a video that is a picture by its bytes', [...PNG]],
      ['a video that is a picture in a data URL', `data:image/png;base64,${PNG.toString('base64')}`],
    ]) {
      test(form, async () => {
        const result = await look(generation({ video }))
        assert.ok(result.image.url)
        assert.equal(result.video, undefined)
      })
    }
  })

  test('has text, template, remix and token', async () => {
    const metadata = { symbol: 'VID', name: 'Video', image: 'https://media.test/vid.png' }
    const token = { chain: 'base', address: ADDRESS, external: false, metadata }
    const result = await look(
      generation(
        {
          text: 'a boat',
          video: 'https://media.test/v.mp4',
          gif: { url: 'https://media.test/v.gif' },
          templateName: 'video',
          agentId: 'a1',
        },
        {
          templateData: JSON.stringify({ soraVideoId: 'v1', duration: 8 }),
          token,
          url: 'https://imagine.test/media/1',
        },
      ),
    )
    const { raw, ...rest } = result
    assert.deepEqual(rest, {
      taskId: 'task-1',
      text: 'a boat',
      video: { url: 'https://media.test/v.mp4' },
      gif: { url: 'https://media.test/v.gif' },
      templateName: 'video',
      agentId: 'a1',
      templateData: { soraVideoId: 'v1', duration: 8 },
      remixId: 'v1',
      pageUrl: 'https://imagine.test/media/1',
      receipt: null,
      token: { address: ADDRESS, symbol: 'VID', name: 'Video', chain: 'base', external: false, image: metadata.image },
    })
  })

  test('omits members that cannot be read or that could run', async () => {
    for (const strange of [
      null,
      5,
      true,
      '',
      'javascript:alert(1)',
      'data:text/html,<script>',
      'blob:https://x/1',
      'not base64!',
      'a sunset over the harbour',
      {},
      { url: 7 },
      { buffer: [] },
      { buffer: [1, 256] },
      { buffer: [1, -1] },
      { buffer: [1.5] },
      { type: 'Buffer', data: 'x' },
      [],
      ['a'],
      '{"url":',
      [[]],
    ]) {
      const { video, image, gif, token, text, templateData } = await look({
        result: {
          generation: { video: strange, image: strange, gif: strange, text: { strange } },
          templateData: strange,
          token: { address: strange },
        },
      })
      assert.deepEqual([video, image, gif, token, text], Array(5).fill(undefined), JSON.stringify(strange))
      assert.equal(typeof templateData, 'object')
    }
    for (const result of [null, 5, 'done', []]) assert.deepEqual((await look({ result })).templateData, {})
  })

  test('is read in time proportional to its length, whatever its content', async () => {
    const most = 3_000_000 // in quadratic time this would take hours
    for (const [before, sign, end] of [
      ['', ' ', '!'],
      ['', 'A', '!'],
      ['AAAAAAAAAAAAAAAA', ' ', '!'],
      ['', '=', '!'],
      ['{', '{', ''],
      ['data:image/', ';base64', ''],
      ['0x', '0', '!'],
    ]) {
      const text = before + sign.repeat(most) + end
      const { video, token } = await look({
        result: { generation: { video: text, image: { data: text } }, token: { address: text } },
      })
      assert.deepEqual([video, token], [undefined, undefined], `${before}${sign}…${end}`)
    }
    const { video } = await look(generation({ video: `https://media.test/${'.'.repeat(most)}` }))
    assert.equal(video.url.length, most + 'https://media.test/'.length)
  })

  test('has the same result, with one URL, in its events and its waits', async () => {
    seller.answer({
      probe: { status: 202, body: { taskId: 'task-1' } },
      status: { status: 200, body: { status: 'completed', ...generation({ video: [...PNG, 0], image: [...film] }) } },
    })
    const same = await dapp.value(async (imagine, options) => {
      const heard = []
      const task = await imagine.submit({ prompt: 'a boat' }, options)
      const [first, second] = await Promise.all([
        task.wait({ onEvent: (event) => heard.push(event.type === 'status' ? event.status.result : event.result) }),
        task.wait(),
      ])
      return [
        first === second,
        heard.length,
        heard.every((result) => result === first),
        task.getSnapshot().result === first,
      ]
    }, at(seller.url))
    assert.deepEqual(same, [true, 2, true, true])
  })
})
