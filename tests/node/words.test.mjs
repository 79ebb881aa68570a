// What an agent is told, in words that fit a process.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { agent, BUY, outcomeOf, sandbox, useSandbox } from './agent.mjs'
import { openFolder } from './places.mjs'

useSandbox()

const OF_A_PAGE = /\b(page|tab|tabs|browser|IndexedDB|reload|CORS)\b/

const CALLS = {
  'without a storage': ['imagine.generate(request, { baseUrl, networks, wallet })', /fileStore/],
  'without a wallet': ['imagine.generate(request, { baseUrl, networks, storage: store })', /fromAccount/],
  'with an account in the place of a wallet': ['client.generate(request, { wallet: account })', /fromAccount/],
  'of a service that is away': ["client.quote(request, { baseUrl: 'http://localhost:1' })", /could not be reached/],
}

describe('an agent is told what fits a process:', { timeout: 60_000 }, () => {
  for (const [what, [call, words]] of Object.entries(CALLS)) {
    test(`a call ${what}`, async () => {
      const told = await outcomeOf(agent(`await tell(${call})`, await openFolder()))
      assert.equal(told.paid, 'no', JSON.stringify(told))
      assert.match(told.message, words)
      assert.doesNotMatch(told.message.replace("a key of the page's own", ''), OF_A_PAGE)
    })
  }

  test('a payment that is lost', async () => {
    sandbox.fault('paid-dropped-before', { times: 50 })
    const program = agent(BUY, await openFolder(), { request: { id: 'lost' } })
    await program.said(({ event }) => event === 'payment_unknown')
    sandbox.fault(null)
    const told = program.lines.find(({ event }) => event === 'payment_unknown')
    assert.doesNotMatch(told.reason, OF_A_PAGE)
    assert.ok((await outcomeOf(program)).video)
  })
})
