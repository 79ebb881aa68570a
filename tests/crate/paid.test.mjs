// The crate's own functions on a real chain: a paid `generate()`, and what is known of it afterwards.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { failureOf, openCrate, openStore, openWallet } from './crate.mjs'

const REQUEST = { prompt: 'A paper boat on a neon river', id: 'order-1' }

let crate
let sandbox
before(async () => {
  crate = await openCrate()
  sandbox = await startSandbox({ stepMs: 100 })
})
after(() => sandbox?.stop())

const options = (wallet, storage) => ({
  baseUrl: sandbox.apiUrl,
  maxPrice: '2.00',
  pollInterval: 2_000,
  wallet,
  storage,
})

describe('the crate, without the facade', { timeout: 120_000 }, () => {
  test('buys with one signature, waits, and returns the status of the task', async () => {
    const [wallet, storage] = [openWallet(sandbox), openStore()]
    const events = []
    const all = { ...options(wallet, storage), onEvent: ({ type }) => void events.push(type) }
    const done = await crate.generate(REQUEST, all)
    assert.equal(done.status, 'completed')
    assert.ok(done.raw)
    assert.equal(wallet.asked.filter((method) => method === 'eth_signTypedData_v4').length, 1)
    assert.equal((await sandbox.payments()).length, 1)
    const { paid, step, result } = storage.records.get(REQUEST.id)
    assert.deepEqual([paid, step, result.video.url], ['yes', 'done', `${sandbox.mediaUrl}/video.mp4`])
    assert.deepEqual(events.filter((type) => type !== 'status').slice(0, 3), ['quoted', 'connected', 'signing'])

    assert.equal((await crate.status(done.taskId, options(wallet, storage))).status, 'completed')
    assert.equal((await crate.status(REQUEST.id, options(wallet, storage))).taskId, done.taskId)
    const again = await crate.submit(REQUEST, options(wallet, storage))
    assert.equal(again.taskId, done.taskId)
    assert.equal((await sandbox.payments()).length, 1, 'the id stands for one purchase')
    const [task] = await crate.tasks({}, { storage })
    assert.deepEqual([task.id, task.taskId, task.paid], [REQUEST.id, done.taskId, 'yes'])
  })

  test('quotes, and buys at that price', async () => {
    const [wallet, storage] = [openWallet(sandbox), openStore()]
    const request = { prompt: 'A glass whale' }
    const { id, ...quote } = await crate.quote(request, options(wallet, storage))
    const bought = await crate.submit({ ...quote, request: { ...request, id } }, options(wallet, storage))
    assert.ok(bought.taskId)
    assert.equal(bought.id, id)
    assert.equal(bought.receipt.payer, sandbox.payer.address)
  })

  test('fails with a plain object that has the members of an error, and says whether money moved', async () => {
    const [wallet, storage] = [openWallet(sandbox), openStore()]
    const before = await sandbox.payments()
    const refused = await failureOf(
      crate.generate({ prompt: 'A moth' }, { ...options(wallet, storage), maxPrice: '0.01' }),
    )
    assert.ok(!(refused instanceof Error))
    const { message, details, ...members } = refused
    assert.deepEqual(members, { code: 'price_too_high', stage: 'quote', paid: 'no', retry: 'never' })
    assert.equal(typeof message, 'string')
    assert.ok(details)
    const cause = { code: 4001, message: 'User rejected the request.' }
    const declining = {
      ...wallet,
      request: (asked) => (asked.method.startsWith('eth_sign') ? Promise.reject(cause) : wallet.request(asked)),
    }
    const declined = await failureOf(crate.submit({ prompt: 'A moth' }, options(declining, storage)))
    assert.deepEqual([declined.code, declined.paid, declined.retry], ['user_rejected', 'no', 'safe'])
    assert.equal(declined.cause, cause)
    assert.equal((await sandbox.payments()).length, before.length)
    assert.equal((await crate.status('no-such-task', options(wallet, storage))).status, 'not_found')
  })

  test('makes one purchase of two equal calls, and returns the same task to both', async () => {
    const [wallet, storage] = [openWallet(sandbox), openStore()]
    const before = (await sandbox.payments()).length
    const events = [[], []]
    const buy = (heard) =>
      crate.submit({ prompt: 'A comet' }, { ...options(wallet, storage), onEvent: ({ type }) => void heard.push(type) })
    const [one, other] = await Promise.all(events.map(buy))
    assert.equal(one, other)
    assert.equal((await sandbox.payments()).length, before + 1)
    for (const heard of events) assert.ok(heard.includes('signing'), `${heard}`)
  })

  test('needs neither a wallet nor a storage where it uses none', async () => {
    const failure = await failureOf(crate.submit({ prompt: 'A moth' }, { baseUrl: sandbox.apiUrl, maxPrice: '2.00' }))
    assert.equal(failure.paid, 'no')
    const quote = await crate.quote({ prompt: 'A moth' }, { baseUrl: sandbox.apiUrl })
    assert.ok(quote.price.amount)
  })
})
