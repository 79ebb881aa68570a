import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { ANSWERS } from '../../sandbox/answers.mjs'
import { FAULTS } from '../../sandbox/faults.mjs'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { create } from './buyer.mjs'

const ORDER = { prompt: 'a cat' }

let sandbox
before(async () => {
  sandbox = await startSandbox()
})
beforeEach(() => sandbox.fault(null))
after(() => sandbox.stop())

async function change(body, { method = 'PUT', type = 'application/json' } = {}) {
  const response = await fetch(`${sandbox.controlUrl}/fault`, {
    method,
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  })
  return { code: response.status, ...(await response.json()) }
}

const list = async () => (await fetch(`${sandbox.controlUrl}/faults`)).json()

test('the list has every fault with a sentence, and the current one', async () => {
  const { current, faults } = await list()
  assert.equal(current, null)
  assert.deepEqual(
    faults.map(({ name }) => name),
    Object.keys(FAULTS),
  )
  assert.ok(faults.every(({ description }) => description.length > 10))
})

test('a fault is switched while the sandbox runs', async () => {
  for (const method of ['PUT', 'POST']) {
    const current = { fault: 'probe-500', times: null, delayMs: 70_000 }
    assert.deepEqual(await change({ fault: 'probe-500' }, { method }), { code: 200, current })
    assert.deepEqual((await list()).current, current)
    assert.equal((await create(sandbox, ORDER)).status, 500)
    assert.deepEqual(await change({ fault: null }, { method }), { code: 200, current: null })
    assert.equal((await create(sandbox, ORDER)).status, 402)
  }
})

test('it can be said how often and how long', async () => {
  const answer = await change({ fault: 'probe-500', times: 2, delayMs: 5 })
  assert.deepEqual(answer, { code: 200, current: { fault: 'probe-500', times: 2, delayMs: 5 } })
  assert.equal((await create(sandbox, ORDER)).status, 500)
  assert.equal((await list()).current.times, 1)
  assert.equal((await create(sandbox, ORDER)).status, 500)
  assert.equal((await list()).current, null)
  assert.equal((await create(sandbox, ORDER)).status, 402)
})

test('what cannot be meant is refused, names what there is, and changes nothing', async () => {
  sandbox.fault('probe-500')
  for (const fault of ['nonsense', 'toString', '', 7, undefined]) {
    const { code, error } = await change({ fault })
    assert.equal(code, 400)
    assert.match(error, /^there is no fault "/)
    for (const name of Object.keys(FAULTS)) assert.ok(error.includes(name))
    assert.throws(() => sandbox.fault(fault), { message: error })
  }
  for (const times of [0, -1, 1.5, 'two']) assert.match((await change({ fault: 'probe-500', times })).error, /^times/)
  for (const delayMs of [-1, 1.5, 'long', 2 ** 31])
    assert.match((await change({ fault: 'probe-500', delayMs })).error, /^delayMs/)
  assert.equal((await change({ fault: null }, { type: 'text/plain' })).code, 400)
  const broken = await fetch(`${sandbox.controlUrl}/fault`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{',
  })
  assert.equal(broken.status, 400)
  assert.equal((await fetch(sandbox.controlUrl)).status, 404)
  assert.equal((await list()).current.fault, 'probe-500')
})

test('the answers are switched as well', async () => {
  const put = async (body, method = 'PUT') => {
    const response = await fetch(`${sandbox.controlUrl}/answers`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return [response.status, await response.json()]
  }
  const listed = async () => (await fetch(`${sandbox.controlUrl}/answers`)).json()
  const { current, answers } = await listed()
  assert.equal(current, null)
  assert.deepEqual(
    answers,
    Object.entries(ANSWERS).map(([name, { says }]) => ({ name, description: says })),
  )
  for (const method of ['PUT', 'POST']) {
    assert.deepEqual(await put({ answers: 'video-json' }, method), [200, { current: 'video-json' }])
    assert.equal((await listed()).current, 'video-json')
    for (const name of ['nonsense', 'toString', '', 7, undefined]) {
      const [code, { error }] = await put({ answers: name })
      assert.equal(code, 400)
      assert.match(error, /^there are no answers ".*"; there are state, /)
      assert.throws(() => sandbox.answer(name), { message: error })
    }
    assert.equal((await listed()).current, 'video-json')
    assert.deepEqual(await put({ answers: null }, method), [200, { current: null }])
  }
  assert.equal((await list()).current, null, 'no fault comes of it')
})

test('a fault may be there from the start', async () => {
  const faulty = await startSandbox({ fault: 'probe-500' })
  try {
    assert.equal((await create(faulty, ORDER)).status, 500)
    assert.equal((await create(sandbox, ORDER)).status, 402, 'and only there')
  } finally {
    await faulty.stop()
  }
  await assert.rejects(startSandbox({ fault: 'nonsense' }), /there is no fault "nonsense"; there are probe-dropped, /)
})

test('pages of this machine may switch, others may not', async () => {
  const preflight = (origin) =>
    fetch(`${sandbox.controlUrl}/fault`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
    })
  for (const origin of ['http://127.0.0.1:8402', 'http://localhost:8402', 'http://localhost', 'http://[::1]:8402']) {
    const { status, headers } = await preflight(origin)
    assert.equal(status, 204)
    assert.equal(headers.get('access-control-allow-origin'), origin)
    assert.match(headers.get('access-control-allow-methods'), /\bPUT\b/)
    assert.match(headers.get('access-control-allow-headers'), /\bcontent-type\b/)
    assert.equal(headers.get('vary'), 'Origin')
  }
  for (const origin of ['https://dapp.example', 'http://localhost.example', 'http://127.0.0.1.example', 'null']) {
    assert.equal((await preflight(origin)).headers.get('access-control-allow-origin'), null)
  }
})
