// Pictures that are large, read in many parts, or sent again.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { watchRequests } from './harness.mjs'
import { JPEG, PNG, build, buy } from './pictures.mjs'
import { request, useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const MB = 2 ** 20

describe('a picture of 20 MB', TIMEOUT, () => {
  const open = useWorlds()

  test('is sent as a form if the seller does not accept JSON that long', async () => {
    const { sandbox, dapp, order } = await open(null, { jsonLimit: 50_000 })
    const jpeg = await readFile(new URL('../../sandbox/media/cover.jpg', import.meta.url))
    const watch = watchRequests(sandbox)
    await dapp.value(buy, {
      image: build((bytes) => new Blob([bytes, new Uint8Array(20 * 2 ** 20)]), [...jpeg]),
      ...order(),
    })
    const paid = watch.creates().at(-1)
    assert.deepEqual(
      watch.creates().map(({ image }) => image?.how),
      [undefined, 'file', 'file'],
    )
    assert.equal(paid.image.bytes.length, jpeg.length + 20 * MB)
    assert.ok(paid.image.bytes.subarray(0, jpeg.length).equals(jpeg))
  })

  test('is sent as JSON if the seller accepts it', async () => {
    const { sandbox, dapp, order } = await open()
    const watch = watchRequests(sandbox)
    await dapp.value(buy, {
      image: build((bytes) => new Blob([bytes, new Uint8Array(20 * 2 ** 20).fill(9)]), PNG),
      ...order(),
    })
    const bytes = Buffer.concat([Buffer.from(PNG), Buffer.alloc(20 * MB, 9)])
    assert.deepEqual(
      watch.creates().map(({ image }) => [image.how, image.bytes.equals(bytes)]),
      [
        ['data', true],
        ['data', true],
      ],
    )
  })
})

describe('a picture that is read in many chunks', TIMEOUT, () => {
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

  for (const [where, change] of [
    ['', () => {}],
    [' where reads are short', slow],
    [' in an old browser', old],
  ]) {
    for (const [name, form] of [
      ['a Blob', 'blob'],
      ['a data URL', 'dataUrl'],
      ['a data URL in lines', 'brokenDataUrl'],
    ]) {
      test(`arrives unchanged from ${name}${where}`, async () => {
        const { sandbox, dapp, order } = world
        const watch = watchRequests(sandbox)
        await dapp.page.evaluate(change)
        await dapp.value(buy, { image: build(`(bytes) => globalThis.${form}((${many})(bytes))`, PNG), ...order() })
        const bytes = Buffer.from(many(PNG))
        assert.deepEqual(
          watch.creates().map(({ paid, image }) => [paid, image.how, image.bytes.equals(bytes)]),
          [
            [false, 'data', true],
            [true, 'data', true],
          ],
        )
      })
    }
  }

  function installForms() {
    globalThis.blob = (bytes) => new Blob([bytes])
    globalThis.dataUrl = (bytes) =>
      new Promise((resolve) => {
        const reader = new FileReader()
        reader.onload = () => resolve(reader.result)
        reader.readAsDataURL(new Blob([bytes], { type: 'image/png' }))
      })
    /** In lines, as mail has it. */
    globalThis.brokenDataUrl = async (bytes) => (await globalThis.dataUrl(bytes)).replace(/[^,:;]{76}/g, '$&\r\n')
  }
})

describe('the picture of a payment that is resent', TIMEOUT, () => {
  const open = useWorlds()
  const image = build((bytes) => new Blob([bytes]), PNG)
  const isPaid = ({ paid }) => paid

  /** As private windows of WebKit do. */
  const refuseBlobs = () => {
    const { put } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = function (record) {
      if (record.payment?.picture?.blob)
        throw new DOMException('Error preparing Blob/File data to be stored in object store', 'UnknownError')
      return put.call(this, record)
    }
  }

  for (const [where, script] of [
    ['', () => {}],
    [', where no Blob can be stored', refuseBlobs],
  ]) {
    test(`is the same after a reload, and is deleted once it is not needed${where}`, async () => {
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
