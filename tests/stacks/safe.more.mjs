// A Safe pays: its own contracts on the real chain, and its own provider for apps. The frame around the app, Safe's
// closed interface, is played: it collects the owners' signatures as that does.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { join } from 'node:path'
import { assertPays, assertUnpaid, buyWith, open, useLibraries } from '../browser/libraries.mjs'
import { ROOT } from '../browser/package.mjs'
import { dapp, sandbox } from '../browser/stage.mjs'
import { deploySafe } from './safe.mjs'

const REFUSED = /does not accept the signature/
const TIMEOUT = { timeout: 300_000 }

useLibraries(join(ROOT, 'tests', 'stacks', 'libraries.js'))

/** In the page: the provider of a Safe app, in whose frame these owners sign. */
function appOf({ SafeAppProvider, viem }, { safe, signers, rpcUrl }) {
  const client = viem.createClient({ transport: viem.http(rpcUrl) })
  const read = (method) => (params) => client.request({ method, params })

  async function signTypedMessage(typed) {
    const message = {
      types: {
        EIP712Domain: [
          { name: 'chainId', type: 'uint256' },
          { name: 'verifyingContract', type: 'address' },
        ],
        SafeMessage: [{ name: 'message', type: 'bytes' }],
      },
      primaryType: 'SafeMessage',
      domain: { chainId: 8453, verifyingContract: safe },
      message: { message: viem.hashTypedData(typed) },
    }
    let signature = '0x'
    for (const owner of signers) {
      const params = [owner, JSON.stringify(message)]
      signature += (await globalThis.ethereum.request({ method: 'eth_signTypedData_v4', params })).slice(2)
    }
    return { signature }
  }

  return new SafeAppProvider(
    { safeAddress: safe, chainId: 8453, owners: signers, threshold: signers.length, isReadOnly: false },
    {
      txs: { signTypedMessage },
      eth: { call: read('eth_call'), getCode: read('eth_getCode'), getBlockByNumber: read('eth_getBlockByNumber') },
    },
  )
}

describe('a Safe', TIMEOUT, () => {
  let openSafe
  let both
  before(async () => {
    openSafe = await deploySafe(sandbox)
    // Safe wants the signatures in the order of their owners' addresses.
    both = [sandbox.payer, sandbox.poor].map(({ address }) => address).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
  })

  const connect = () => open({ connected: true, accounts: [sandbox.payer, sandbox.poor] })

  async function assertNotSent(safe, signers, reason) {
    await connect()
    const args = { safe, signers }
    const { code, paid, message } = await assertUnpaid(() => dapp.failure(...buyWith(appOf, args)))
    assert.deepEqual([code, paid], ['bad_signature', 'no'])
    assert.match(message, reason)
  }

  test('pays when its owner has signed', async () => {
    await connect()
    const signers = [sandbox.payer.address]
    const safe = await openSafe(signers)
    await assertPays(appOf, { safe, signers }, { payer: safe })
  })

  test('of two owners pays when both have signed', async () => {
    await connect()
    const safe = await openSafe(both)
    await assertPays(appOf, { safe, signers: both }, { payer: safe, signatures: 2 })
  })

  test('of two owners does not pay when one has signed', async () =>
    assertNotSent(await openSafe(both), [both[0]], REFUSED))

  test('does not pay when somebody else has signed', async () =>
    assertNotSent(await openSafe([sandbox.payer.address]), [sandbox.poor.address], REFUSED))

  test('does not pay while its signatures are yet to be collected', async () =>
    assertNotSent(await openSafe(both), [], /did not return a valid signature/))

  test('without a fallback handler, which answers for its signatures, does not pay', async () =>
    assertNotSent(await openSafe([sandbox.payer.address], { handled: false }), [sandbox.payer.address], REFUSED))
})
