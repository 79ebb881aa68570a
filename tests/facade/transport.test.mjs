// What goes over the line: what may be called back, what headers are read as, and how much of an answer is read.
import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import { facade } from './facade.mjs'

const MOST = 100

let Transport
before(async () => {
  ;({ Transport } = await facade('transport'))
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

const never = new Promise(() => {})

const send = (transport = new Transport(), { most = MOST, late = never, final = false } = {}) =>
  transport.send('https://seller.test/', { method: 'POST' }, '{}', most, late, final)

describe('a caller that gives up', () => {
  const leave = async (options) => {
    let finish
    answer = () => new Promise((resolve) => (finish = resolve))
    const transport = new Transport()
    const outcome = send(transport, options)
    while (sent.length === 0) await new Promise(setImmediate)
    transport.callOff()
    const settled = await outcome
    finish(new Response())
    return settled
  }

  test('ends the request for a price', async () => {
    assert.deepEqual(await leave(), { calledOff: true })
    assert.equal(sent[0].signal.aborted, true)
  })

  test('waits no longer for the answer to a payment, which is not called back', async () => {
    assert.deepEqual(await leave({ final: true }), { calledOff: true })
    assert.equal('signal' in sent[0], false)
  })
})

describe('an answer that is late', () => {
  const timers = {
    'once its time is over': () => Promise.resolve(),
    'where no timer can be made': () => Promise.reject(new Error('no')),
  }
  for (const [when, late] of Object.entries(timers)) {
    test(`is not waited for any longer, ${when}, and the request is called off`, async () => {
      answer = () => never
      assert.deepEqual(await send(undefined, { late: late() }), {})
      assert.equal(sent.length === 0 || sent[0].signal.aborted, true)
    })
  }
})

describe('a header of x402', () => {
  const NAMES = { 'payment-required': 'terms', 'payment-response': 'receipt', 'x-payment-response': 'receipt' }
  const read = async (name, bytes) => {
    const headers = { [name]: Buffer.from(bytes).toString('base64') }
    answer = async () => new Response('', { status: 402, headers })
    return (await send())[NAMES[name]]
  }

  for (const name of Object.keys(NAMES)) {
    test(`${name} is read as UTF-8`, async () => {
      const texts = ['{"error":"残高が足りません"}', '{"a":"é€𝄞"}', '{"b":"\u00ff"}']
      for (const text of texts) assert.equal(await read(name, text), text)
    })

    test(`${name} is not there where its bytes are not UTF-8`, async () => {
      const wrong = [
        [0x7b, 0xff, 0x7d],
        [0xe6, 0xae],
        [0xed, 0xa0, 0x80],
      ]
      for (const bytes of wrong) assert.equal(await read(name, bytes), undefined)
    })
  }

  test('is not there where it is not base64', async () => {
    for (const header of ['no base64!', 'a', '{"x402Version":2}']) {
      answer = async () => new Response('', { headers: { 'payment-required': header } })
      assert.equal((await send()).terms, undefined, header)
    }
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
    answer = async () => new Response(body)
    const outcome = await send(undefined, { most })
    return [outcome.body, pulled, cancelled]
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
    answer = async () => ({ status: 200, headers: new Headers(), text: async () => 'whole' })
    assert.equal((await send()).body, 'whole')
  })

  test('that breaks off leaves the status', async () => {
    const cause = new TypeError('cut')
    const body = new ReadableStream({ pull: (controller) => controller.error(cause) })
    answer = async () => new Response(body, { status: 202 })
    assert.deepEqual(await send(), { status: 202, cause })
  })
})
