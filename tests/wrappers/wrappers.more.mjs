// Each wrapper of `fetch` from the price to the video, with sellers of both versions, and with the bytes of a picture.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, generate } from '../browser/calls.mjs'
import { assertNoPurchase, assertOnePurchase, request, useWrappedDapps } from './purchases.mjs'
import { testTroubles } from './troubles.mjs'
import { WRAPPERS } from './wrappers.mjs'

const TIMEOUT = { timeout: 600_000 }
const wrappers = Object.entries(WRAPPERS)

for (const x402 of [1, 2]) {
  describe(`a video comes, paid by version ${x402}, through a fetch`, TIMEOUT, () => {
    const open = useWrappedDapps()
    for (const [name, wrapper] of wrappers) {
      test(`wrapped by ${name}`, async () => {
        const opened = await open(wrapper, x402)
        const { sandbox, dapp } = opened
        await assertOnePurchase(opened, async () => {
          const { video } = await dapp.value(generate, { request, options: at(sandbox.apiUrl) })
          assert.ok(video.url)
        })
      })
    }
  })
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const submitPicture = async (imagine, { request, bytes, options }) => {
  await imagine.submit({ ...request, image: new Uint8Array(bytes) }, options)
}

for (const [upload, how] of [
  ['json', 'data'],
  ['form', 'file'],
]) {
  describe(`a picture sent as ${upload}`, TIMEOUT, () => {
    const open = useWrappedDapps()
    const order = ({ apiUrl }) => ({ request, bytes: [...PNG], options: at(apiUrl, { upload }) })

    for (const [name, wrapper] of wrappers) {
      if (upload === 'form' && wrapper.noForm) {
        test(`cannot go through ${name}, since ${wrapper.noForm}: nothing is paid`, async () => {
          const opened = await open(wrapper)
          await assertNoPurchase(opened, () => opened.dapp.failure(submitPicture, order(opened.sandbox)))
        })
      } else {
        test(`arrives whole through ${name}`, async () => {
          const opened = await open(wrapper)
          const buy = () => opened.dapp.value(submitPicture, order(opened.sandbox))
          const { image } = await assertOnePurchase(opened, buy)
          assert.deepEqual(image, { how, type: 'image/png', bytes: PNG })
        })
      }
    }
  })
}

describe('a picture whose JSON is longer than 8 MiB, and so no text', TIMEOUT, () => {
  const open = useWrappedDapps()

  /** Made in the page: it would take long to cross to it. */
  const submitLarge = async (imagine, { request, head, options }) => {
    const image = new Uint8Array(7_000_000)
    image.set(head)
    await imagine.submit({ ...request, image }, options)
  }
  const order = ({ apiUrl }, upload) => ({ request, head: [...PNG], options: at(apiUrl, { upload }) })

  test('cannot go through Capacitor, whose bridge makes {} of it: nothing is paid', async () => {
    const opened = await open(WRAPPERS.Capacitor)
    await assertNoPurchase(opened, () => opened.dapp.failure(submitLarge, order(opened.sandbox, 'json')))
  })

  test('arrives whole through Capacitor as a form', async () => {
    const opened = await open(WRAPPERS.Capacitor)
    const buy = () => opened.dapp.value(submitLarge, order(opened.sandbox, 'form'))
    assert.equal((await assertOnePurchase(opened, buy)).image.bytes.length, 7_000_000)
  })
})

testTroubles(2)
