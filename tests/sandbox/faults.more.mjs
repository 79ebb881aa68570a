import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import { FAULTS } from '../../sandbox/faults.mjs'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { buy, create, receipt, sign, terms } from './buyer.mjs'
import { PAID } from './paid.mjs'
import { until } from './until.mjs'

const ORDER = { prompt: 'a cat surfs', templateData: { duration: 4 } }
const PRICE = 500_000n

let sandbox
before(async () => {
  sandbox = await startSandbox({ stepMs: 3_600_000 })
})
beforeEach(() => sandbox.fault(null))
after(() => sandbox.stop())

/** What came of an action: what the client saw, and what is new at the seller and on the chain. */
async function outcome(action) {
  const count = async () => [(await sandbox.payments()).length, sandbox.tasks.size]
  const [paid, tasks] = await count()
  const from = sandbox.requests.length
  const answer = await read(action)
  const [paidLater, tasksLater] = await count()
  return { ...answer, paid: paidLater - paid, tasks: tasksLater - tasks, requests: sandbox.requests.slice(from) }
}

async function read(action) {
  let response
  try {
    response = await action()
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type'))
    return { saw: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  } catch (error) {
    assert.ok(error instanceof TypeError, error)
    return { saw: response ? `${response.status} cut off` : 'broken connection' }
  }
}

const purchase = (order = ORDER) => outcome(async () => (await buy(sandbox, order)).response)

const OTHERS = [
  'probe-dropped',
  'probe-500',
  'seed-refused',
  'seed-uuid-only',
  'status-404',
  'status-500',
  'status-dropped',
]

test('every fault has its test', () => {
  assert.deepEqual([...Object.keys(PAID), ...OTHERS].sort(), Object.keys(FAULTS).sort())
})

for (const [name, [saw, paid, tasks]] of Object.entries(PAID)) {
  test(`${name}: ${saw}, ${paid ? 'paid' : 'not paid'}, ${tasks ? 'a task' : 'no task'}`, async () => {
    sandbox.fault(name, { delayMs: 0 })
    const result = await purchase()
    assert.deepEqual({ saw: result.saw, paid: result.paid, tasks: result.tasks }, { saw, paid, tasks })
    sandbox.fault(null)
    assert.equal((await purchase()).saw, 202, 'the fault leaves nothing behind')
  })
}

test('what takes the place of an answer has nothing of it but the leave to read it', async () => {
  const types = { 500: /json/, 504: /html/, 402: /json/, 429: /json/ }
  for (const name of Object.keys(PAID).filter((name) => /^paid-\d/.test(name))) {
    sandbox.fault(name)
    const { saw, headers, body } = await purchase()
    assert.match(headers.get('content-type'), types[saw], name)
    assert.equal(headers.get('x-payment-response'), null, name)
    assert.equal(headers.get('access-control-allow-origin'), '*', name)
    assert.equal(JSON.stringify(body).includes('taskId'), false, name)
    if (saw === 429) assert.equal(headers.get('retry-after'), '1')
  }
})

test('an answer is delayed, by default for longer than anybody waits', async () => {
  sandbox.fault('paid-delayed', { delayMs: 300 })
  const begun = performance.now()
  const { saw, headers } = await purchase()
  assert.ok(performance.now() - begun > 290)
  assert.equal(saw, 202)
  assert.equal(receipt({ headers }).success, true)

  sandbox.fault('paid-delayed')
  const { header } = await sign(sandbox, sandbox.payer, await terms(sandbox, ORDER))
  const before = (await sandbox.payments()).length
  const giveUp = new AbortController()
  const answer = create(sandbox, ORDER, header, { signal: giveUp.signal }).catch((error) => error)
  await until('the payment is settled', async () => (await sandbox.payments()).length > before)
  giveUp.abort()
  assert.equal((await answer).name, 'AbortError')
})

test('a redirected payment can be seen at the other origin', async () => {
  sandbox.fault('paid-redirected')
  const { header } = await sign(sandbox, sandbox.payer, await terms(sandbox, ORDER))
  const from = sandbox.stranger.requests.length
  const { status, headers } = await create(sandbox, ORDER, header, { redirect: 'manual' })
  assert.equal(status, 307)
  assert.equal(headers.get('location'), `${sandbox.stranger.url}/generation/create`)
  assert.equal(sandbox.stranger.requests.length, from)

  await create(sandbox, ORDER, header)
  const seen = sandbox.stranger.requests.slice(from)
  assert.deepEqual(seen, [{ method: 'POST', path: '/generation/create', paid: true, payment: header, body: undefined }])
})

test('the receipt goes missing or becomes garbage, and the task is still told', async () => {
  sandbox.fault('receipt-missing')
  const missing = await purchase()
  assert.equal(missing.headers.get('x-payment-response'), null)
  assert.ok(sandbox.tasks.has(missing.body.taskId))
  sandbox.fault('receipt-garbage')
  const garbage = await purchase()
  assert.throws(() => receipt(garbage))
  assert.ok(sandbox.tasks.has(garbage.body.taskId))
})

test('a receipt of success without a transaction comes of a settlement, and of none', async () => {
  for (const [name, payments] of [
    ['receipt-hollow', 1],
    ['settle-claimed', 0],
  ]) {
    sandbox.fault(name)
    const { headers, body, paid } = await purchase()
    const { success, transaction } = receipt({ headers })
    assert.deepEqual([success, transaction, paid, sandbox.tasks.has(body.taskId)], [true, '', payments, true], name)
  }
})

test('CORS headers go missing', async () => {
  const allowed = ({ headers }) => [
    headers.has('access-control-allow-origin'),
    headers.has('access-control-expose-headers'),
  ]
  sandbox.fault('cors-missing')
  assert.deepEqual(allowed(await create(sandbox, ORDER)), [true, true])
  assert.deepEqual(allowed(await purchase()), [false, true])
  const preflight = await fetch(`${sandbox.apiUrl}/generation/create`, { method: 'OPTIONS' })
  assert.deepEqual(allowed(preflight), [true, true], 'the request itself is let through')
  sandbox.fault('cors-unexposed')
  assert.deepEqual(allowed(await create(sandbox, ORDER)), [true, false])
  assert.deepEqual(allowed(await purchase()), [true, false])
})

test('the seller passes on what the facilitator said, or that it said nothing', async () => {
  const errors = {
    'verify-500': /^Failed to verify payment: 500/,
    'verify-dropped': /^fetch failed$/,
    'verify-refused': /^invalid_payload$/,
    'settle-500': /^Failed to settle payment: 500/,
    'settle-dropped-after': /^fetch failed$/,
    'settle-pending': /^settlement_pending$/,
    'settle-nonce-used': /^invalid_exact_evm_nonce_already_used$/,
    'chain-down': /^unexpected_verify_error$/,
  }
  for (const [name, error] of Object.entries(errors)) {
    sandbox.fault(name)
    const { body } = await purchase()
    assert.match(body.error, error, name)
    assert.equal(body.accepts.length, 1, name)
  }
})

test('the first request fails, and a payment does not', async () => {
  const { header } = await sign(sandbox, sandbox.payer, await terms(sandbox, ORDER))
  sandbox.fault('probe-dropped')
  assert.equal((await outcome(() => create(sandbox, ORDER))).saw, 'broken connection')
  sandbox.fault('probe-500')
  assert.equal((await outcome(() => create(sandbox, ORDER))).saw, 500)
  assert.equal((await outcome(() => create(sandbox, ORDER, header))).saw, 202)
})

test('a seed is refused or ignored', async () => {
  const seed = randomUUID()
  const status = (id) => fetch(`${sandbox.apiUrl}/generation/${id}/status`)
  const { header } = await sign(sandbox, sandbox.payer, await terms(sandbox, ORDER))
  sandbox.fault('seed-refused')
  assert.equal((await create(sandbox, ORDER)).status, 402)
  const refused = await outcome(() => create(sandbox, { ...ORDER, seed }))
  assert.deepEqual([refused.saw, refused.body], [400, { error: 'unknown field: seed' }])
  const refusedPaid = await outcome(() => create(sandbox, { ...ORDER, seed }, header))
  assert.deepEqual([refusedPaid.saw, refusedPaid.paid, refusedPaid.tasks], [400, 0, 0])

  sandbox.fault('seed-uuid-only')
  const named = await outcome(() => create(sandbox, { ...ORDER, seed: 'order-8' }))
  assert.deepEqual([named.saw, named.body], [400, { error: 'seed must be a UUID' }])
  assert.equal((await create(sandbox, { ...ORDER, seed: randomUUID() })).status, 402)
  assert.equal((await create(sandbox, ORDER)).status, 402)
  sandbox.fault(null)
  assert.notEqual((await purchase({ ...ORDER, seed: 'order-8' })).body.taskId, 'order-8', 'no fault: it is ignored')

  sandbox.fault('seed-ignored')
  const ignored = await purchase({ ...ORDER, seed })
  assert.notEqual(ignored.body.taskId, seed)
  assert.equal((await status(seed)).status, 404)
  assert.equal((await status(ignored.body.taskId)).status, 202)
})

test('the status is not told for a while', async () => {
  const { body } = await purchase()
  const status = () => outcome(() => fetch(`${sandbox.apiUrl}/generation/${body.taskId}/status`))
  sandbox.fault('status-404', { times: 2 })
  for (const _ of [1, 2]) {
    const { saw, body } = await status()
    assert.deepEqual([saw, body], [404, { status: 'not_found' }])
  }
  assert.equal((await status()).saw, 202)
  sandbox.fault('status-500')
  const { saw, headers } = await status()
  assert.equal(saw, 500)
  assert.match(headers.get('content-type'), /html/)
  sandbox.fault('status-dropped')
  assert.equal((await status()).saw, 'broken connection')
})

test('a fault is met until it is switched off, or as often as was said', async () => {
  const seen = async (count) => {
    const answers = []
    for (let i = 0; i < count; i += 1) answers.push((await create(sandbox, ORDER)).status)
    return answers
  }
  sandbox.fault('probe-500')
  assert.deepEqual(await seen(4), [500, 500, 500, 500])
  sandbox.fault('probe-500', { times: 2 })
  assert.deepEqual(await seen(4), [500, 500, 402, 402])
  sandbox.fault('probe-500')
  sandbox.fault(null)
  assert.deepEqual(await seen(1), [402])
})

test('the record of requests tells which of them met a fault, and shows no body where the seller saw none', async () => {
  const create = { method: 'POST', path: '/generation/create' }
  sandbox.fault('paid-dropped-before')
  const { requests } = await purchase()
  const { payment } = requests[1]
  assert.ok(payment)
  assert.deepEqual(requests, [
    { ...create, paid: false, body: ORDER },
    { ...create, paid: true, payment, body: undefined, fault: 'paid-dropped-before' },
  ])
  sandbox.fault('paid-dropped-after')
  const { fault, body } = (await purchase()).requests.at(-1)
  assert.deepEqual({ fault, body }, { fault: 'paid-dropped-after', body: ORDER })
})

test('the payments are read from the chain', async () => {
  const before = await sandbox.payments()
  const { headers } = await purchase()
  const payments = await sandbox.payments()
  assert.deepEqual(payments.slice(0, -1), before)
  assert.deepEqual(payments.at(-1), {
    from: sandbox.payer.address,
    value: PRICE,
    transaction: receipt({ headers }).transaction,
  })
})

test('the README lists every fault', async () => {
  const readme = await readFile(new URL('../../sandbox/README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| (.+) \|$/gm)].map(([, name, says]) => [name, says])
  const listed = rows.filter(([name]) => name in FAULTS)
  assert.deepEqual(
    listed,
    Object.entries(FAULTS).map(([name, { says }]) => [name, says]),
  )
})
