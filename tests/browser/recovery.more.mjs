// A payment whose answer is lost, by every other fault than those in `recovery.test.mjs`.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testFound, testUnpaid } from './recovery.mjs'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 300_000 }
const open = useWorlds()

describe('the video comes, paid once', TIMEOUT, () =>
  testFound(open, [
    ['paid-dropped-before', { times: 2 }], // the browser itself repeats the first one
    ['paid-504-before', { times: 2 }],
    ['paid-402-before', { times: 1 }],
    ['paid-429-before', { times: 1 }],
    ['verify-500', { times: 1 }],
    ['verify-dropped', { times: 1 }],
    ['handler-fails', { times: 1 }],
    ['paid-dropped-after'],
    ['paid-504-after'],
    ['paid-402-after'],
    ['paid-429-after'],
    ['paid-truncated'],
    ['cors-missing'],
    ['settle-dropped-after'],
    ['settle-pending'],
    ['settle-nonce-used'],
  ]),
)

describe('nothing was paid, and that is certain once the chain is past the window', TIMEOUT, () => {
  testUnpaid(open, ['paid-redirected', 'verify-refused', 'handler-fails', 'model-gone', 'chain-down'])

  test('model-gone: the seller is quoted', async () => {
    const { buyBeyondTheWindow } = await open('model-gone')
    const { error } = await buyBeyondTheWindow()
    assert.match(error.message, /sora is no longer available/)
  })

  test('settle-500: the job was started and is free', async () => {
    const { assertPaid, buyBeyondTheWindow } = await open('settle-500')
    const { value } = await buyBeyondTheWindow()
    const { receipt, video } = value
    assert.equal(receipt, null)
    assert.ok(video.url)
    await assertPaid(0)
  })
})

describe('a server that rejects `seed`', TIMEOUT, () => {
  test('is asked again without it', async () => {
    const { sandbox, dapp, buy, assertPaid } = await open('seed-refused')
    const { taskId, video } = await dapp.value(...buy())
    assert.ok(sandbox.tasks.has(taskId) && video.url)
    await assertPaid(1)
    const bodies = sandbox.requests.filter(({ method }) => method === 'POST').map(({ body }) => 'seed' in body)
    assert.deepEqual(bodies, [true, false, false], 'asked, asked without, paid without')
  })

  test('is remembered in the quote', async () => {
    const { sandbox, dapp, order, assertPaid } = await open('seed-refused')
    const { taskId } = await dapp.value(async (imagine, { request, options }) => {
      const quote = await imagine.quote(request, options)
      return imagine.generate(JSON.parse(JSON.stringify(quote)), options)
    }, order())
    assert.ok(sandbox.tasks.has(taskId))
    await assertPaid(1)
  })

  test('and whose response is lost: the error has the receipt', async () => {
    const { sandbox, dapp, buy, tasks, assertPaid } = await open('seed-ignored-500-after')
    const { code, paid, retry, receipt } = await dapp.failure(...buy())
    assert.deepEqual({ code, paid, retry }, { code: 'task_not_found', paid: 'yes', retry: 'resume' })
    await assertPaid(1)
    assert.equal(receipt.transaction, (await sandbox.payments())[0].transaction)
    const [record] = await tasks()
    assert.deepEqual([record.step, record.paid, record.receipt.nonce], ['signed', 'yes', receipt.nonce])
  })
})
