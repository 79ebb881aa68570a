// MetaMask's, Rainbow's and Rabby's own code in one page; and the table of what each comes to, which their files test
// row by row.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { SITUATIONS, VENDORS, expected, rowOf } from '../situations/situations.mjs'
import { at } from './calls.mjs'
import { sameAddress, walletFor } from './harness.mjs'
import { dapp, openDapp, sandbox, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 1_200_000 }

useStage({ sandbox: { stepMs: 100 }, whenOver: after })

const TABLE = await readFile(new URL('../situations/TABLE.md', import.meta.url), 'utf8')

test('the table matches the expected outcomes', () => {
  for (const [name, situation] of Object.values(SITUATIONS).flatMap(Object.entries)) {
    const outcomes = Object.keys(VENDORS).map((vendor) => [vendor, expected(situation, vendor)])
    const row = rowOf(name, Object.fromEntries(outcomes))
    assert.ok(TABLE.includes(row), row)
  }
})

describe('all of them in one page', TIMEOUT, () => {
  before(async () => {
    const wallets = [
      { vendor: 'metamask', setOnWindow: false },
      { vendor: 'rainbow', setOnWindow: false },
      { vendor: 'rabby' },
    ]
    await openDapp({ wallets: wallets.map((wallet) => walletFor(sandbox, wallet)) })
  })

  const submit = (imagine, { rdns, options }) =>
    imagine
      .submit({ prompt: `a boat for ${rdns}` }, { ...options, ...(rdns && { wallet: rdns }) })
      .then(({ receipt }) => receipt)

  test('none is used unless the visitor has chosen', async () => {
    const { code, paid, details } = await dapp.failure(submit, { options: at(sandbox.apiUrl) })
    assert.deepEqual([code, paid], ['wallet_ambiguous', 'no'])
    assert.deepEqual(details.wallets.map(({ rdns }) => rdns).sort(), ['io.metamask', 'io.rabby', 'me.rainbow'])
    assert.equal(dapp.user.count(), 0)
  })

  for (const rdns of ['io.metamask', 'me.rainbow', 'io.rabby']) {
    test(`${rdns} pays when it is chosen, and no other wallet is asked`, async () => {
      const earlier = await dapp.page.evaluate(logs)
      const receipt = await dapp.value(submit, { rdns, options: at(sandbox.apiUrl) })
      assert.ok(sameAddress(receipt.payer, sandbox.payer.address))
      const later = await dapp.page.evaluate(logs)
      const asked = Object.keys(later).filter((name) => later[name] > earlier[name])
      assert.deepEqual(asked, [rdns])
    })
  }
})

/** In the page: how often each wallet was asked to connect or to sign. */
function logs() {
  const isPrompt = ({ method }) => /^eth_(requestAccounts|signTypedData_v4)$/.test(method)
  return Object.fromEntries(
    Object.entries(globalThis.__wallets).map(([rdns, { log }]) => [rdns, log.filter(isPrompt).length]),
  )
}
