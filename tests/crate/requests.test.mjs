// Requests as the page's `fetch` gets them: what may be called back, and how much of an answer is read.
import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import { openCrate } from './crate.mjs'

/** Bytes of an answer to a request for a price that are read. */
const MOST = 0x8_0000

let crate
before(async () => {
  crate = await openCrate()
})

let answer
/** What `fetch` was given. */
let sent
const { fetch } = globalThis
beforeEach(() => {
  sent = []
  globalThis.fetch = (url, init) => {
    sent.push({ url, init })
    return answer(init)
  }
})
afterEach(() => {
  globalThis.fetch = fetch
})

const quote = (options) =>
  crate.quote({ prompt: 'a boat' }, { baseUrl: 'https://seller.test', ...options }).then(
    (value) => ({ value }),
    (failure) => ({ failure }),
  )

const begun = async () => {
  while (sent.length === 0) await new Promise(setImmediate)
}

describe('a request', { timeout: 30_000 }, () => {
  test('consists of text, plain headers and a URL, and follows no redirect', async () => {
    answer = async () => new Response('', { status: 404 })
    await quote()
    const [{ url, init }] = sent
    assert.equal(url, 'https://seller.test/generation/create')
    assert.equal(typeof init.body, 'string')
    assert.equal(Object.getPrototypeOf(init.headers), Object.prototype)
    const { method, redirect, credentials, cache } = init
    assert.deepEqual([method, redirect, credentials, cache], ['POST', 'error', 'omit', 'no-store'])
  })

  test('is cancelled when the caller aborts', async () => {
    answer = () => new Promise(() => {})
    const controller = new AbortController()
    const outcome = quote({ signal: controller.signal })
    await begun()
    assert.equal(sent[0].init.signal.aborted, false)
    const reason = new Error('no longer')
    controller.abort(reason)
    const { failure } = await outcome
    assert.deepEqual([failure.code, failure.cause], ['aborted', reason])
    assert.equal(sent[0].init.signal.aborted, true)
  })

  test("fails with what the page's `fetch` throws, at once or later", async () => {
    const cause = new TypeError('no network')
    for (const how of [
      () => {
        throw cause
      },
      () => Promise.reject(cause),
    ]) {
      answer = how
      assert.equal((await quote()).failure.cause, cause)
    }
  })
})

describe('the body of an answer', { timeout: 30_000 }, () => {
  /** Answers with a body in pieces. Tells what was read of it, how many pieces were fetched, and whether the rest was refused. */
  async function read(pieces) {
    let pulled = 0
    let cancelled = false
    const body = new ReadableStream(
      {
        pull(controller) {
          if (pulled === pieces.length) controller.close()
          else controller.enqueue(Uint8Array.from(Buffer.from(pieces[pulled++])))
        },
        cancel() {
          cancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    answer = async () => new Response(body, { status: 418 })
    const { failure } = await quote()
    return { text: failure.details.body, pulled, cancelled }
  }

  test('is read completely if it is exactly as long as allowed', async () => {
    const { pulled, cancelled } = await read(['a'.repeat(MOST - 1), 'b'])
    assert.deepEqual([pulled, cancelled], [2, false])
  })

  test('is read no further than allowed, and the rest is cancelled', async () => {
    const { text, pulled, cancelled } = await read(['abc', 'd'.repeat(MOST), 'never'])
    assert.deepEqual([text, pulled, cancelled], ['abc', 2, true])
  })

  test('may be split within a character', async () => {
    const { text } = await read([...Buffer.from('残高𝄞')].map((byte) => [byte]))
    assert.equal(text, '残高𝄞')
  })

  test("is read from a page's own `fetch` without streams", async () => {
    answer = async () => ({ status: 418, headers: new Headers(), text: async () => 'whole' })
    assert.equal((await quote()).failure.details.body, 'whole')
  })

  test('that breaks off fails with the thrown value', async () => {
    const cause = new TypeError('cut')
    const body = new ReadableStream({ pull: (controller) => controller.error(cause) })
    answer = async () => new Response(body, { status: 402 })
    assert.equal((await quote()).failure.cause, cause)
  })
})
