// What every recipe has to do: the requests of a purchase, with a long body, each look at a task anew, and the refusal
// of another path.
import assert from 'node:assert/strict'
import { reply } from './upstream.mjs'

const LONG = JSON.stringify({ prompt: 'A paper boat', picture: 'x'.repeat(300_000) })

/** `send` sends a request to a path below the recipe's mount; gives a Response. */
export async function assertForwards(upstream, send) {
  upstream.requests.length = 0
  upstream.answer = (response, { headers }) => {
    if (headers['x-payment']) return reply(response, 202, { taskId: 'task-1' }, { 'x-payment-response': 'receipt' })
    reply(response, 402, {}, { 'payment-required': 'terms', 'content-encoding': 'identity' })
  }
  const create = (headers) =>
    send('/generation/create', {
      method: 'POST',
      body: LONG,
      headers: { 'content-type': 'application/json', cookie: 'session=1', ...headers },
    })
  const asked = await create({})
  assert.deepEqual([asked.status, asked.headers.get('payment-required')], [402, 'terms'])
  const paid = await create({ 'x-payment': 'signed' })
  assert.deepEqual(
    [paid.status, paid.headers.get('x-payment-response'), await paid.json()],
    [202, 'receipt', { taskId: 'task-1' }],
  )
  for (const status of ['queued', 'completed']) {
    upstream.answer = (response) => reply(response, 200, { status }, { 'set-cookie': 'a=1' })
    const look = await send('/generation/task-1/status')
    assert.deepEqual([look.status, look.headers.get('set-cookie'), await look.json()], [200, null, { status }])
  }
  const admin = await send('/admin')
  assert.equal(admin.status, 400)
  assert.deepEqual(
    upstream.requests.map(({ url, body, headers }) => [url, body.length, headers['x-payment'], headers.cookie]),
    [
      ['/generation/create', LONG.length, undefined, undefined],
      ['/generation/create', LONG.length, 'signed', undefined],
      ['/generation/task-1/status', 0, undefined, undefined],
      ['/generation/task-1/status', 0, undefined, undefined],
    ],
  )
}
