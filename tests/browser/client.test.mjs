// What a client binds and a call changes, and errors of another copy of the library.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at } from './calls.mjs'
import { assertNothingAsked, open, request } from './client.mjs'
import { dapp, openDapp, sandbox, seller, useStage } from './stage.mjs'
import { paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }
const SERVICE = 'https://eliza.getimagine.club'
const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

// For its chain: the wallet reads balances there, and nothing that a stub seller takes is ever settled.
useStage({ sandbox: {} })

describe('createClient', TIMEOUT, () => {
  const bound = (imagine, { request, options }, dapp) =>
    imagine.createClient({ ...options, ...dapp.watch, signal: dapp.controller.signal }).generate(request)

  test('its callbacks get the events of the wait', async () => {
    await open()
    await dapp.value(bound, { request, options: at(seller.url) })
    const types = (await dapp.events()).map(({ type }) => type)
    assert.deepEqual(types.slice(-3), ['accepted', 'status', 'done'])
    const progress = await dapp.page.evaluate(() => globalThis.dapp.progress)
    assert.deepEqual(
      progress.map(({ percent }) => percent),
      [100],
    )
  })

  test('its signal ends the wait', async () => {
    await open({ status: { status: 202, body: { status: 'queued' } } })
    const running = dapp.run(bound, { request, options: at(seller.url) })
    await dapp.untilEvent('status')
    await dapp.abort('object')
    const { error } = await running
    assert.deepEqual([error?.code, error?.paid, error?.taskId], ['aborted', 'yes', 'task-1'])
    assert.ok(error.causeIsReason, 'the cause is the reason itself')
  })

  const limits = [
    ['maxPrice', '0.10'],
    ['payTo', [OTHER]],
    ['networks', ['eip155:84532']],
    ['assets', []],
    ['budget', { amount: '1', per: 'day' }],
    ['storage', 'memory'],
  ]
  test('null for a limit is rejected, in the client and in its calls', async () => {
    await open()
    const call = (imagine, { request, config, options }) => imagine.createClient(config).submit(request, options)
    for (const [name, value] of limits) {
      for (const [config, options] of [
        [{ [name]: value }, { [name]: null }],
        [{ [name]: null }, {}],
      ]) {
        const { code, paid, message } = await dapp.failure(call, { request, config: at(seller.url, config), options })
        assert.deepEqual([code, paid, message.includes(`\`${name}\` is null`)], ['invalid_request', 'no', true], name)
      }
    }
    assert.equal(seller.requests.length, 0)
    await assertNothingAsked()
  })

  test('null instead of options means none', async () => {
    await open({}, { wallet: null })
    const call = (imagine, { request, config }) => imagine.createClient(config).generate(request, null)
    const { code, paid } = await dapp.failure(call, { request, config: at(seller.url) })
    assert.deepEqual([code, paid], ['no_wallet', 'no'])
  })

  test('null instead of the options of an unbound function means none', async () => {
    await openDapp({ wallet: null })
    const asked = []
    const { status, body } = paymentRequired(sandbox)
    const headers = { 'access-control-allow-origin': '*' }
    await dapp.page.route(`${SERVICE}/**`, (route) => {
      asked.push(route.request().url())
      return route.fulfill({ status, headers, json: body })
    })
    const { code, paid } = await dapp.failure((imagine, request) => imagine.generate(request, null), request)
    assert.deepEqual([code, paid], ['no_wallet', 'no'])
    assert.deepEqual(asked, [`${SERVICE}/generation/create`])
  })
})

test('an error of another copy of the library is recognised', TIMEOUT, async () => {
  await openDapp({ wallet: null })
  const seen = await dapp.value(async (imagine) => {
    const other = await import('imagine-x402/url')
    const error = await other.generate({ prompt: '' }).catch((error) => error)
    const [ours, theirs] = [imagine, other].map(({ ImagineError }) => error instanceof ImagineError)
    return {
      ours,
      theirs,
      recognised: imagine.isImagineError(error),
      others: [new Error('no'), { code: 'network' }, null].map(imagine.isImagineError),
    }
  })
  assert.deepEqual(seen, { ours: false, theirs: true, recognised: true, others: [false, false, false] })
})
