// How the WebAssembly is loaded where it comes as a file.
import assert from 'node:assert/strict'
import { afterEach, mock, test } from 'node:test'
import { facade } from './facade.mjs'

const FILE = 'https://page.test/core.wasm'

afterEach(() => mock.restoreAll())

test('loading a file times out, and the next call requests it again', async () => {
  const { loader } = await facade('load')
  const asked = []
  mock.method(AbortSignal, 'timeout', (ms) => {
    asked.push(ms)
    return AbortSignal.abort(new DOMException('the time is over', 'TimeoutError'))
  })
  mock.method(globalThis, 'fetch', async (_, { signal }) => {
    signal.throwIfAborted()
    assert.fail('the request would wait without an end')
  })
  const load = loader(() => FILE)
  for (const times of [1, 2]) {
    const error = await load().then(assert.fail, (error) => error)
    assert.equal(error.code, 'unsupported_environment')
    assert.equal(error.paid, 'no')
    assert.equal(error.cause.name, 'TimeoutError')
    assert.deepEqual(asked, Array(times).fill(60_000))
  }
})
