// Requests as the page's `fetch` gets them: what may be called back, and how much of an answer is read.
import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import { facade } from './facade.mjs'

const MOST = 100

let Transport
let readBody
before(async () => {
  ;({ Transport, readBody } = await facade('transport'))
})

let answer
/** What `fetch` was given. */
let sent
const { fetch } = globalThis
beforeEach(() => {
  sent = []
  globalThis.fetch = (_, init) => {
    sent.push(init)
    return answer(init)
  }
})
afterEach(() => {
  globalThis.fetch = fetch
})

const send = (transport = new Transport(), { final = false } = {}) =>
  transport.send('https://seller.test/', { method: 'POST' }, '{}', final)

const begun = async () => {
  while (sent.length === 0) await new Promise(setImmediate)
}

describe('a request', () => {
  beforeEach(() => {
    answer = () => new Promise(() => {})
  })

  test('is called back when it ends without an answer', async () => {
    const heard = []
    const { end, calledOff } = send(new Transport({ hear: (answer) => heard.push(answer) }))
    await begun()
    assert.equal(sent[0].signal.aborted, false)
    end()
    await calledOff
    assert.equal(sent[0].signal.aborted, true)
    assert.deepEqual(heard, [undefined])
  })

  test('that pays is never called back', async () => {
    const { end } = send(undefined, { final: true })
    await begun()
    end()
    assert.equal('signal' in sent[0], false)
  })

  test('is told when nobody wants the answer any more, and no other than those under way', async () => {
    const transport = new Transport()
    const [first, second] = [send(transport), send(transport)]
    first.end({ status: 200, body: '' })
    transport.callOff()
    await second.calledOff
  })

  test("rejects with what the page's `fetch` throws", async () => {
    const cause = new TypeError('no network')
    answer = () => {
      throw cause
    }
    assert.equal(await send().response.catch((error) => error), cause)
  })
})

describe('the body of an answer', () => {
  /** Reads a body in pieces. Returns what was read, how many pieces were fetched, and whether the rest was refused. */
  async function read(pieces, most) {
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
    return [await readBody(new Response(body), most), pulled, cancelled]
  }

  test('is read whole where it is as long as it may be', async () => {
    assert.deepEqual(await read(['abc', 'def', 'g'], 7), ['abcdefg', 3, false])
  })

  test('is read no further than it may be long, and the rest is refused', async () => {
    assert.deepEqual(await read(['abc', 'def', 'gh', 'never'], 7), ['abcdef', 3, true])
    assert.deepEqual(await read(['abcdefgh', 'never'], 7), ['', 1, true])
  })

  test('may be cut within a character', async () => {
    const bytes = Buffer.from('残高𝄞')
    assert.deepEqual(
      await read(
        [...bytes].map((byte) => [byte]),
        20,
      ),
      ['残高𝄞', 10, false],
    )
  })

  test('is that of the answer where the page has a `fetch` of its own without streams', async () => {
    assert.equal(await readBody({ status: 200, headers: new Headers(), text: async () => 'whole' }, MOST), 'whole')
  })

  test('that breaks off rejects with what broke it', async () => {
    const cause = new TypeError('cut')
    const body = new ReadableStream({ pull: (controller) => controller.error(cause) })
    assert.equal(await readBody(new Response(body), MOST).catch((error) => error), cause)
  })
})
