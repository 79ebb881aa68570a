// AbortSignal before the wallet is asked, with every kind of reason.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertAborted, open, outcome, reach, start, testPrompts } from './abort.mjs'
import { dapp, seller, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }

useStage({ sandbox: {} })

describe('before anything is paid', TIMEOUT, () => {
  describe('aborted before the call', () => {
    for (const kind of ['default', 'Error', 'string', 'object']) {
      test(`with the reason: ${kind}`, async () => {
        await open()
        await dapp.abort(kind)
        assertAborted(await outcome(start()))
        assert.equal(seller.requests.length, 0)
        assert.equal(dapp.user.count(), 0)
      })
    }
  })

  describe('while the seller does not answer the probe', () => {
    for (const kind of ['default', 'Error', 'string', 'object']) {
      test(`with the reason: ${kind}`, async () => {
        await open({ seller: { probe: 'hang' } })
        const running = start()
        await reach(
          running,
          seller.received(() => true),
        )
        await dapp.abort(kind)
        assertAborted(await outcome(running))
        assert.equal(dapp.user.count(), 0)
      })
    }

    test('in quote', async () => {
      await open({ seller: { probe: 'hang' } })
      const running = start((imagine, { request, options }, dapp) =>
        imagine.quote(request, { ...options, signal: dapp.controller.signal }),
      )
      await reach(
        running,
        seller.received(() => true),
      )
      await dapp.abort('Error')
      assertAborted(await outcome(running))
    })
  })

  testPrompts('default')
})
