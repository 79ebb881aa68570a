// Wallets that sign something else than they were asked to, or nothing.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { at } from './calls.mjs'
import { watchRequests } from './harness.mjs'
import { dapp, openDapp, sandbox, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }
const request = { prompt: 'A paper boat on a neon river', duration: 8 }

useStage({ sandbox: { stepMs: 300 } })

describe('a wallet that signs something else', TIMEOUT, () => {
  const other = privateKeyToAccount(generatePrivateKey())

  /** Buys with a wallet that passes everything on to the real one except for the signature. */
  async function buyWithForger(forge) {
    await openDapp()
    await dapp.page.exposeFunction('__forge', forge)
    const watch = watchRequests(sandbox)
    const earlier = await sandbox.balanceOf(sandbox.payer.address)
    const error = await dapp.failure(
      (imagine, { request, options }) => {
        const real = globalThis.ethereum
        const wallet = {
          on: (...args) => real.on(...args),
          removeListener: (...args) => real.removeListener(...args),
          request: (call) =>
            call.method === 'eth_signTypedData_v4' ? globalThis.__forge(call.params[1]) : real.request(call),
        }
        return imagine.generate(request, { ...options, wallet })
      },
      { request, options: at(sandbox.apiUrl) },
    )
    assert.equal(error.code, 'bad_signature')
    assert.deepEqual([error.paid, error.retry], ['no', 'safe'])
    assert.equal(watch.paid().length, 0, 'nothing was sent')
    assert.equal(await sandbox.balanceOf(sandbox.payer.address), earlier)
  }

  const sign = (text) => other.signTypedData(JSON.parse(text))
  const cases = [
    ['nothing: "0x"', () => '0x'],
    ['garbage of the right length', () => `0x${'11'.repeat(64)}1b`],
    ['hex that is too short', () => '0x1234'],
    ['text', () => 'signed!'],
    ['null', () => null],
    ['a number', () => 42],
    ['an object', () => ({ signature: '0x' })],
    ['with another account', sign],
    [
      'another amount',
      (text) => {
        const data = JSON.parse(text)
        return privateKeyToAccount(sandbox.payer.privateKey).signTypedData({
          ...data,
          message: { ...data.message, value: '999999' },
        })
      },
    ],
  ]
  for (const [name, forge] of cases) test(name, () => buyWithForger(forge))
})
