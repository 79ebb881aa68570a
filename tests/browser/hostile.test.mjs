// A page, or a browser, whose own objects throw where the library needs them: what was paid is not lost, and every wait
// ends.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testSlice } from './hostile.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

describe('paid, and the video comes, with', TIMEOUT, () => {
  testSlice(open)

  test('a wallet whose listeners throw', async () => {
    const { dapp, sandbox, order, assertPaid } = await open()
    const url = await dapp.value(async (imagine, { request, options }) => {
      const refuse = () => {
        throw new Error('this provider has no events')
      }
      const wallet = {
        request: (question) => globalThis.ethereum.request(question),
        on: refuse,
        removeListener: refuse,
      }
      return (await imagine.generate(request, { ...options, wallet })).video.url
    }, order())
    assert.equal(url, `${sandbox.mediaUrl}/video.mp4`)
    await assertPaid(1)
  })

  test('Headers that throw for a while after the signature', async () => {
    const { dapp, sandbox, order, assertPaid } = await open()
    const url = await dapp.value(async (imagine, { request, options }) => {
      const { Headers } = globalThis
      const wallet = {
        async request(question) {
          const answer = await globalThis.ethereum.request(question)
          if (question.method === 'eth_signTypedData_v4') {
            globalThis.Headers = class {
              constructor() {
                throw new Error('not now')
              }
            }
            setTimeout(() => (globalThis.Headers = Headers), 500)
          }
          return answer
        },
      }
      return (await imagine.generate(request, { ...options, wallet })).video.url
    }, order())
    assert.equal(url, `${sandbox.mediaUrl}/video.mp4`)
    await assertPaid(1)
  })

  test('without object URLs, an inline video gets a data URL', async () => {
    const { dapp, order, assertPaid } = await open(null, { answers: 'video-buffer' })
    await dapp.page.evaluate(() => {
      URL.createObjectURL = () => {
        throw new Error('not here')
      }
    })
    const { url, type, isFilm } = await dapp.value(async (imagine, { request, options }) => {
      const { video } = await imagine.generate(request, options)
      const blob = await (await fetch(video.url)).blob()
      const head = new TextDecoder().decode((await blob.arrayBuffer()).slice(4, 8))
      return { url: video.url.slice(0, 22), type: blob.type, isFilm: head === 'ftyp' }
    }, order())
    assert.deepEqual({ url, type, isFilm }, { url: 'data:video/mp4;base64,', type: 'video/mp4', isFilm: true })
    await assertPaid(1)
  })
})

describe('a failure that cannot be worked around', TIMEOUT, () => {
  test('ends every wait with an error that has the task and that it was paid; resume() returns the video', async () => {
    const { dapp, sandbox, order, resume, assertPaid } = await open()
    const { errors, task } = await dapp.value(async (imagine, { request, options }) => {
      const task = await imagine.submit(request, options)
      const { setTimeout } = globalThis
      globalThis.setTimeout = () => {
        throw new TypeError('not for you')
      }
      let shown
      task.subscribe((snapshot) => (shown = snapshot))
      const iterating = (async () => {
        for await (const _ of task);
      })()
      const failures = await Promise.all(
        [task.wait(options), iterating].map((work) =>
          work.then(
            () => null,
            (error) => error,
          ),
        ),
      )
      globalThis.setTimeout = setTimeout
      const seen = ({ code, paid, retry, taskId, receipt, cause }) => ({
        code,
        paid,
        retry,
        taskId,
        has: Boolean(receipt),
        cause: cause?.message,
      })
      return {
        errors: [...failures, shown.error].map((error) => error instanceof imagine.ImagineError && seen(error)),
        task: task.taskId,
      }
    }, order())
    const expected = {
      code: 'unsupported_environment',
      paid: 'yes',
      retry: 'resume',
      taskId: task,
      has: true,
      cause: 'not for you',
    }
    assert.deepEqual(errors, [expected, expected, expected])
    assert.equal((await dapp.value(...resume())).video.url, `${sandbox.mediaUrl}/video.mp4`)
    await assertPaid(1)
  })
})
