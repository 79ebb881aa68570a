// The picture that a video starts from, in every form that a page may have it: paid at the real seller, and compared
// with what arrived there.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { watchRequests } from './harness.mjs'
import { JPEG, PNG, build, buy } from './pictures.mjs'
import { request, submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const JSON_LIMIT = 50_000

const WEBP = [...Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64')]
const AVIF = [...Buffer.from('\0\0\0\x1cftypavif\0\0\0\0')]
const BMP = [...Buffer.from('BM\x1e\0\0\0\0\0\0\0')]
const GIF = [...Buffer.from('GIF89a\x01\0\x01\0')]

const KINDS = [
  ['a Uint8Array of PNG', (bytes) => bytes, PNG, 'image/png'],
  ['a Uint8Array of JPEG', (bytes) => bytes, JPEG, 'image/jpeg'],
  ['a Uint8Array of WebP', (bytes) => bytes, WEBP, 'image/webp'],
  ['a Uint8Array of AVIF', (bytes) => bytes, AVIF, 'image/avif'],
  ['a Uint8Array of BMP', (bytes) => bytes, BMP, 'image/bmp'],
  ['a Uint8Array of GIF', (bytes) => bytes, GIF, 'image/gif'],
  [
    'a part of a larger buffer',
    (bytes) => new Uint8Array([0, 0, ...bytes, 0]).subarray(2, 2 + bytes.length),
    PNG,
    'image/png',
  ],
  ['a DataView', (bytes) => new DataView(new Uint8Array([0, ...bytes]).buffer, 1), PNG, 'image/png'],
  ['a Uint16Array', (bytes) => new Uint16Array(bytes.buffer), WEBP, 'image/webp'],
  ['an ArrayBuffer', (bytes) => bytes.buffer, JPEG, 'image/jpeg'],
  ['a Blob', (bytes) => new Blob([bytes], { type: 'image/png' }), PNG, 'image/png'],
  ['a Blob without a type', (bytes) => new Blob([bytes]), PNG, 'image/png'],
  ['a Blob with a wrong type', (bytes) => new Blob([bytes], { type: 'image/png' }), JPEG, 'image/jpeg'],
  ['a File', (bytes) => new File([bytes], 'boat.txt', { type: 'text/plain' }), PNG, 'image/png'],
  ['a data URL', (bytes) => `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`, PNG, 'image/png'],
  [
    'a data URL of a wrong type',
    (bytes) => `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`,
    JPEG,
    'image/jpeg',
  ],
]

const DRAWN = [
  ['a canvas', () => globalThis.draw(Object.assign(document.createElement('canvas'), { width: 3, height: 2 }))],
  ['an OffscreenCanvas', () => globalThis.draw(new OffscreenCanvas(3, 2))],
]

describe('a picture', TIMEOUT, () => {
  const open = useWorlds(after)
  let world
  before(async () => {
    world = await open(null, { jsonLimit: JSON_LIMIT })
    await world.dapp.page.evaluate(installDraw, world.sandbox.mediaUrl)
  })

  /** What the seller got, unpaid and paid, for a picture. */
  async function bought(image, overrides) {
    const { sandbox, dapp, order } = world
    const watch = watchRequests(sandbox)
    await dapp.value(buy, { image, ...order(overrides) })
    return watch
  }

  const pictures = (watch) => watch.creates().map(({ paid, image }) => ({ paid, ...image }))

  describe('arrives unchanged, in the unpaid and the paid request, from', () => {
    for (const [name, make, bytes, type] of KINDS) {
      test(name, async () => {
        const expected = { how: 'data', type, bytes: Buffer.from(bytes) }
        assert.deepEqual(pictures(await bought(build(make, bytes))), [
          { paid: false, ...expected },
          { paid: true, ...expected },
        ])
      })
    }

    for (const [name, make] of DRAWN) {
      test(name, async () => {
        const [unpaid, paid] = pictures(await bought(build(make, [])))
        assert.deepEqual({ ...unpaid, paid: true }, paid)
        const { width, height, pixel } = await world.dapp.page.evaluate(
          firstPixel,
          `data:${paid.type};base64,${paid.bytes.toString('base64')}`,
        )
        assert.deepEqual([width, height], [3, 2])
        const [red, green, blue] = pixel
        assert.ok(red < 8 && Math.abs(green - 128) < 8 && blue > 247, `the colour is ${pixel}`)
      })
    }

    test('an http(s) URL, for the seller to fetch', async () => {
      const expected = { how: 'address', url: 'https://example.com/boat.jpg' }
      const watch = await bought(build(() => new URL('https://example.com/boat.jpg'), []))
      assert.deepEqual(pictures(watch), [
        { paid: false, ...expected },
        { paid: true, ...expected },
      ])
    })
  })

  describe('that is too large for the JSON of the seller', () => {
    const large = (bytes) => new Blob([bytes, new Uint8Array(60_000).fill(7)])
    const expected = {
      how: 'file',
      type: 'image/png',
      bytes: Buffer.concat([Buffer.from(PNG), Buffer.alloc(60_000, 7)]),
    }
    const isForm = ({ body }) => typeof body?.templateData === 'string'

    test('is sent as a form after the first refusal, before anything is paid', async () => {
      const watch = await bought(build(large, PNG))
      const [refused, unpaid, paid] = watch.creates()
      assert.deepEqual([refused.paid, unpaid.paid, paid.paid, watch.creates().length], [false, false, true, 3])
      assert.deepEqual([refused.image, unpaid.image, paid.image], [undefined, expected, expected])
      assert.ok(isForm(unpaid) && isForm(paid))
      const { prompt, seed, templateData } = paid.body
      assert.deepEqual(
        { prompt, templateData: JSON.parse(templateData) },
        {
          prompt: request.prompt,
          templateData: { autoEnhance: false, autoClank: false },
        },
      )
      assert.ok(world.sandbox.tasks.has(seed), 'the task has the id of the request')
    })

    test('is paid as a form if its quote was', async () => {
      const watch = await bought(build(large, PNG, { quoted: true }))
      assert.deepEqual(
        watch.creates().map(({ paid, image }) => [paid, image?.how]),
        [
          [false, undefined],
          [false, 'file'],
          [true, 'file'],
        ],
      )
    })

    test('is sent as a form at once with `upload`', async () => {
      const watch = await bought(build(large, PNG), { upload: 'form' })
      assert.deepEqual(pictures(watch), [
        { paid: false, ...expected },
        { paid: true, ...expected },
      ])
    })

    test('without a picture, `upload` sends a form as well', async () => {
      const watch = await bought(
        build(() => undefined, []),
        { upload: 'form' },
      )
      assert.ok(watch.creates().every((sent) => isForm(sent) && sent.image === undefined))
    })
  })

  describe('that cannot be sent is refused before anything is sent:', () => {
    for (const [name, make, words] of [
      [
        'of too many bytes',
        () => new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47]), new Uint8Array(25 * 2 ** 20)]),
        /has 25\.0 MB, more than 25;/,
      ],
      ['of bytes that are no picture', () => new Uint8Array([1, 2, 3, 4]), /no PNG, JPEG, GIF, WebP, AVIF or BMP/],
      ['of a video', () => new TextEncoder().encode('\0\0\0\x1cftypisom'), /no PNG/],
      ['of nothing', () => new Blob([]), /no PNG/],
      [
        'a data URL of a page',
        () => `data:text/html;base64,${btoa('<p>')}`,
        /neither an http\(s\) address nor a base64 data URL/,
      ],
      ['a data URL that is no base64', () => 'data:image/png;base64,***', /could not be read/],
      ['a canvas that shows a picture of another origin', () => globalThis.taint(), /could not be read/],
      [
        'a canvas without a pixel',
        () => Object.assign(document.createElement('canvas'), { width: 0 }),
        /the canvas is empty/,
      ],
      ['a file that is gone', () => globalThis.gone(), /could not be read/],
      ['an object', () => ({ width: 1 }), /takes an address, a Blob, bytes or a canvas/],
    ]) {
      test(name, async () => {
        const { sandbox, dapp, order } = world
        const watch = watchRequests(sandbox)
        const { code, paid, retry, message } = await dapp.failure(buy, { image: build(make, []), ...order() })
        assert.deepEqual({ code, paid, retry }, { code: 'image_unreadable', paid: 'no', retry: 'safe' })
        assert.match(message, words)
        assert.match(message, /nothing was sent|neither/)
        assert.equal(watch.all().length, 0)
      })
    }

    test('an invalid `upload`', async () => {
      const { code, message } = await world.dapp.failure(submit, world.order({ upload: 'xml' }))
      assert.deepEqual([code, /`upload`/.test(message)], ['invalid_request', true])
    })
  })
})

/** Puts into the page what makes pictures there. */
function installDraw(mediaUrl) {
  globalThis.draw = (canvas) => {
    const context = canvas.getContext('2d')
    context.fillStyle = 'rgb(0, 128, 255)'
    context.fillRect(0, 0, 3, 2)
    return canvas
  }
  globalThis.taint = async () => {
    const picture = Object.assign(new Image(), { src: `${mediaUrl}/cover.jpg` })
    await picture.decode()
    const canvas = document.createElement('canvas')
    canvas.getContext('2d').drawImage(picture, 0, 0)
    return canvas
  }
  /** Only a visitor can choose a file and then delete it: this one fails as such a file does. */
  globalThis.gone = () =>
    Object.assign(new Blob(['\x89PNG']), {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')) }),
    })
}

/** How large a picture is, and the colour of its first pixel. */
async function firstPixel(url) {
  const image = new Image()
  image.src = url
  await image.decode()
  const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height })
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0)
  return { width: image.width, height: image.height, pixel: [...context.getImageData(0, 0, 1, 1).data] }
}
