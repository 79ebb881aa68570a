// The picture that a video starts from, in every form that a page may have it: paid at the real seller, and compared with what arrived there.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { watchRequests } from './harness.mjs'
import { request, submit, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const JSON_LIMIT = 50_000
const MB = 2 ** 20

const PNG = [...Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')]
const JPEG = [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0xff, 0xd9]
const WEBP = [...Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64')]
const AVIF = [...Buffer.from('\0\0\0\x1cftypavif\0\0\0\0')]
const BMP = [...Buffer.from('BM\x1e\0\0\0\0\0\0\0')]
const GIF = [...Buffer.from('GIF89a\x01\0\x01\0')]

/** The image that `make` builds in the page of those bytes. */
const build = (make, bytes, options = {}) => ({ make: make.toString(), bytes, ...options })

/** Buys a video that starts from it, up to the accepted task. */
const buy = async (imagine, { image, request, options }, dapp) => {
  const made = await (0, eval)(`(${image.make})`)(new Uint8Array(image.bytes))
  const whole = { ...request, image: made }
  const { taskId } = await imagine.submit(image.quoted ? await imagine.quote(whole, options) : whole, { ...options, ...dapp.watch })
  return taskId
}

const KINDS = [
  ['a Uint8Array of PNG', (bytes) => bytes, PNG, 'image/png'],
  ['a Uint8Array of JPEG', (bytes) => bytes, JPEG, 'image/jpeg'],
  ['a Uint8Array of WebP', (bytes) => bytes, WEBP, 'image/webp'],
  ['a Uint8Array of AVIF', (bytes) => bytes, AVIF, 'image/avif'],
  ['a Uint8Array of BMP', (bytes) => bytes, BMP, 'image/bmp'],
  ['a Uint8Array of GIF', (bytes) => bytes, GIF, 'image/gif'],
  ['a part of a larger buffer', (bytes) => new Uint8Array([0, 0, ...bytes, 0]).subarray(2, 2 + bytes.length), PNG, 'image/png'],
  ['a DataView', (bytes) => new DataView(new Uint8Array([0, ...bytes]).buffer, 1), PNG, 'image/png'],
  ['a Uint16Array', (bytes) => new Uint16Array(bytes.buffer), WEBP, 'image/webp'],
  ['an ArrayBuffer', (bytes) => bytes.buffer, JPEG, 'image/jpeg'],
  ['a Blob', (bytes) => new Blob([bytes], { type: 'image/png' }), PNG, 'image/png'],
  ['a Blob without a type', (bytes) => new Blob([bytes]), PNG, 'image/png'],
  ['a Blob with a wrong type', (bytes) => new Blob([bytes], { type: 'image/png' }), JPEG, 'image/jpeg'],
  ['a File', (bytes) => new File([bytes], 'boat.txt', { type: 'text/plain' }), PNG, 'image/png'],
  ['a data URL', (bytes) => `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`, PNG, 'image/png'],
  ['a data URL of a wrong type', (bytes) => `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`, JPEG, 'image/jpeg'],
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

  describe('arrives as it is, unpaid and paid, from', () => {
    for (const [name, make, bytes, type] of KINDS) {
      test(name, async () => {
        const expected = { how: 'data', type, bytes: Buffer.from(bytes) }
        assert.deepEqual(pictures(await bought(build(make, bytes))), [{ paid: false, ...expected }, { paid: true, ...expected }])
      })
    }

    for (const [name, make] of DRAWN) {
      test(name, async () => {
        const [unpaid, paid] = pictures(await bought(build(make, [])))
        assert.deepEqual({ ...unpaid, paid: true }, paid)
        const { width, height, pixel } = await world.dapp.page.evaluate(firstPixel, `data:${paid.type};base64,${paid.bytes.toString('base64')}`)
        assert.deepEqual([width, height], [3, 2])
        const [red, green, blue] = pixel
        assert.ok(red < 8 && Math.abs(green - 128) < 8 && blue > 247, `the colour is ${pixel}`)
      })
    }

    test('an http(s) URL, for the seller to fetch', async () => {
      const expected = { how: 'address', url: 'https://example.com/boat.jpg' }
      const watch = await bought(build(() => new URL('https://example.com/boat.jpg'), []))
      assert.deepEqual(pictures(watch), [{ paid: false, ...expected }, { paid: true, ...expected }])
    })
  })

  describe('that is too large for the JSON of the seller', () => {
    const large = (bytes) => new Blob([bytes, new Uint8Array(60_000).fill(7)])
    const expected = { how: 'file', type: 'image/png', bytes: Buffer.concat([Buffer.from(PNG), Buffer.alloc(60_000, 7)]) }
    const isForm = ({ body }) => typeof body?.templateData === 'string'

    test('is sent as a form from then on, before anything is paid', async () => {
      const watch = await bought(build(large, PNG))
      const [refused, unpaid, paid] = watch.creates()
      assert.deepEqual([refused.paid, unpaid.paid, paid.paid, watch.creates().length], [false, false, true, 3])
      assert.deepEqual([refused.image, unpaid.image, paid.image], [undefined, expected, expected])
      assert.ok(isForm(unpaid) && isForm(paid))
      const { prompt, seed, templateData } = paid.body
      assert.deepEqual({ prompt, templateData: JSON.parse(templateData) }, {
        prompt: request.prompt,
        templateData: { autoEnhance: false, autoClank: false },
      })
      assert.ok(world.sandbox.tasks.has(seed), 'the task has the id of the request')
    })

    test('is paid as a form when a quote has found that out', async () => {
      const watch = await bought(build(large, PNG, { quoted: true }))
      assert.deepEqual(watch.creates().map(({ paid, image }) => [paid, image?.how]), [[false, undefined], [false, 'file'], [true, 'file']])
    })

    test('is sent as a form at once with `upload`', async () => {
      const watch = await bought(build(large, PNG), { upload: 'form' })
      assert.deepEqual(pictures(watch), [{ paid: false, ...expected }, { paid: true, ...expected }])
    })

    test('without a picture, `upload` sends a form as well', async () => {
      const watch = await bought(build(() => undefined, []), { upload: 'form' })
      assert.ok(watch.creates().every((sent) => isForm(sent) && sent.image === undefined))
    })
  })

  describe('that cannot be sent is refused before anything is sent:', () => {
    for (const [name, make, words] of [
      ['of too many bytes', () => new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47]), new Uint8Array(25 * 2 ** 20)]), /has 25\.0 MB, more than 25;/],
      ['of bytes that are no picture', () => new Uint8Array([1, 2, 3, 4]), /no PNG, JPEG, GIF, WebP, AVIF or BMP/],
      ['of a video', () => new TextEncoder().encode('\0\0\0\x1cftypisom'), /no PNG/],
      ['of nothing', () => new Blob([]), /no PNG/],
      ['a data URL of a page', () => `data:text/html;base64,${btoa('<p>')}`, /neither an http\(s\) address nor a base64 data URL/],
      ['a data URL that is no base64', () => 'data:image/png;base64,***', /could not be read/],
      ['a canvas that shows a picture of another origin', () => globalThis.taint(), /could not be read/],
      ['a canvas without a pixel', () => Object.assign(document.createElement('canvas'), { width: 0 }), /the canvas is empty/],
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

    test('an `upload` that is none', async () => {
      const { code, message } = await world.dapp.failure(submit, world.order({ upload: 'xml' }))
      assert.deepEqual([code, /`upload`/.test(message)], ['invalid_request', true])
    })
  })

  test('of 20 MB goes through as a form, which the seller takes', async () => {
    const jpeg = await readFile(new URL('../../sandbox/media/cover.jpg', import.meta.url))
    const watch = await bought(build((bytes) => new Blob([bytes, new Uint8Array(20 * 2 ** 20)]), [...jpeg]))
    const paid = watch.creates().at(-1)
    assert.deepEqual(watch.creates().map(({ image }) => image?.how), [undefined, 'file', 'file'])
    assert.equal(paid.image.bytes.length, jpeg.length + 20 * MB)
    assert.ok(paid.image.bytes.subarray(0, jpeg.length).equals(jpeg))
  })
})

describe('a picture of 20 MB', TIMEOUT, () => {
  const open = useWorlds()

  test('goes through as JSON, where the seller takes that', async () => {
    const { sandbox, dapp, order } = await open()
    const watch = watchRequests(sandbox)
    await dapp.value(buy, { image: build((bytes) => new Blob([bytes, new Uint8Array(20 * 2 ** 20).fill(9)]), PNG), ...order() })
    const bytes = Buffer.concat([Buffer.from(PNG), Buffer.alloc(20 * MB, 9)])
    assert.deepEqual(watch.creates().map(({ image }) => [image.how, image.bytes.equals(bytes)]), [['data', true], ['data', true]])
  })
})

describe('a picture that is read in many parts', TIMEOUT, () => {
  const open = useWorlds(after)
  let world
  before(async () => {
    world = await open()
    await world.dapp.page.evaluate(installForms)
  })

  /** Different in every part, and no whole number of threes. */
  const many = (bytes) => {
    const all = Uint8Array.from({ length: 1_000_001 }, (_, i) => (i * 7 + (i >> 8) * 13) & 255)
    all.set(bytes)
    return all
  }
  /** Neither streams that read into memory that is there, nor a decoder that writes into it. */
  const old = () => {
    delete Uint8Array.prototype.setFromBase64
    const { stream } = Blob.prototype
    Blob.prototype.stream = function () {
      return stream.call(this).pipeThrough(new TransformStream())
    }
  }
  /** A read may give less than what is asked for. */
  const slow = () => {
    const { read } = ReadableStreamBYOBReader.prototype
    ReadableStreamBYOBReader.prototype.read = function (view) {
      return read.call(this, new Uint8Array(view.buffer, view.byteOffset, Math.ceil(view.length / 2)))
    }
  }

  for (const [where, change] of [['', () => {}], [' where reads are short', slow], [' in an old browser', old]]) {
    for (const [name, form] of [['a Blob', 'blob'], ['a data URL', 'dataUrl'], ['a data URL in lines', 'brokenDataUrl']]) {
      test(`arrives as it is from ${name}${where}`, async () => {
        const { sandbox, dapp, order } = world
        const watch = watchRequests(sandbox)
        await dapp.page.evaluate(change)
        await dapp.value(buy, { image: build(`(bytes) => globalThis.${form}((${many})(bytes))`, PNG), ...order() })
        const bytes = Buffer.from(many(PNG))
        assert.deepEqual(watch.creates().map(({ paid, image }) => [paid, image.how, image.bytes.equals(bytes)]), [[false, 'data', true], [true, 'data', true]])
      })
    }
  }

  function installForms() {
    globalThis.blob = (bytes) => new Blob([bytes])
    globalThis.dataUrl = (bytes) => new Promise((resolve) => {
      const reader = new FileReader()
      reader.onload = () => resolve(reader.result)
      reader.readAsDataURL(new Blob([bytes], { type: 'image/png' }))
    })
    /** In lines, as mail has it. */
    globalThis.brokenDataUrl = async (bytes) => (await globalThis.dataUrl(bytes)).replace(/[^,:;]{76}/g, '$&\r\n')
  }
})

describe('the picture of a payment that is sent again', TIMEOUT, () => {
  const open = useWorlds()
  const image = build((bytes) => new Blob([bytes]), PNG)
  const isPaid = ({ paid }) => paid

  /** As private windows of WebKit do. */
  const refuseBlobs = () => {
    const { put } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = function (record) {
      if (record.payment?.picture?.blob) throw new DOMException('Error preparing Blob/File data to be stored in object store', 'UnknownError')
      return put.call(this, record)
    }
  }

  for (const [where, script] of [['', () => {}], [', where no Blob can be stored', refuseBlobs]]) {
    test(`is the same after a reload, and is not kept once it is of no use${where}`, async () => {
      const { sandbox, dapp, order, reload, stored, resume, change } = await open('paid-500-before')
      await change(script)
      const gone = dapp.run(buy, { image, ...order() })
      await dapp.untilEvent('payment_unknown')
      const [{ payment }] = await stored()
      assert.ok(payment.picture, 'the journal has it')
      sandbox.fault(null)
      const watch = watchRequests(sandbox)
      await reload(gone)
      await dapp.value(...resume())
      assert.equal((await sandbox.payments()).length, 1)
      const [again] = watch.creates().filter(isPaid)
      assert.deepEqual(again.image, { how: 'data', type: 'image/png', bytes: Buffer.from(PNG) })
      const [record] = await stored()
      assert.equal(record.payment, undefined)
    })
  }

  test('another picture under the same id is another purchase', async () => {
    const { sandbox, dapp, order, assertPaid } = await open()
    const named = order({}, { ...request, id: 'boat-1' })
    await dapp.value(buy, { image, ...named })
    const { code, paid } = await dapp.failure(buy, { image: build((bytes) => new Blob([bytes]), JPEG), ...named })
    assert.deepEqual({ code, paid }, { code: 'invalid_request', paid: 'no' })
    await dapp.value(buy, { image, ...named })
    await assertPaid(1)
    assert.equal(sandbox.tasks.size, 1, 'the same picture is the same purchase')
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
  globalThis.gone = () => Object.assign(new Blob(['\x89PNG']), { slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')) }) })
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
