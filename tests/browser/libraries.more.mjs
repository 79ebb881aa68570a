// Wallets as dapps hold them: connectors and clients of wagmi; and refusals that pass through viem.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { CONNECT, assertPays, assertUnpaid, open, request, useLibraries } from './libraries.mjs'
import { dapp, sandbox } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }

useLibraries()

/** @param connects whether wagmi connects first; @param gives what of wagmi the library is given */
const wagmiHolds = async ({ viem, wagmi, base }, { rpcUrl, connects, gives, place = 0 }) => {
  const config = wagmi.createConfig({
    chains: [base],
    connectors: [wagmi.injected()],
    transports: { [base.id]: viem.http(rpcUrl) },
  })
  const [connector] = config.connectors
  const { accounts } = connects ? await wagmi.connect(config, { connector }) : {}
  return gives === 'getProvider' ? connector.getProvider() : wagmi[gives](config, { account: accounts[place] })
}

describe('wagmi', TIMEOUT, () => {
  for (const connected of [false, true]) {
    const state = `a wallet that is ${connected ? '' : 'not yet '}connected`

    test(`the provider of its connector, ${state}, before wagmi connects`, async () => {
      await open({ connected })
      await assertPays(wagmiHolds, { connects: false, gives: 'getProvider' })
      assert.equal(dapp.user.count(CONNECT), connected ? 0 : 1)
    })

    for (const gives of ['getProvider', 'getConnectorClient', 'getWalletClient']) {
      test(`${gives}, ${state}`, async () => {
        await open({ connected })
        await assertPays(wagmiHolds, { connects: true, gives })
        assert.equal(dapp.user.count(CONNECT), connected ? 0 : 1)
      })
    }
  }

  for (const gives of ['getConnectorClient', 'getWalletClient']) {
    test(`${gives} of the second account pays from it`, async () => {
      await open({ connected: true, accounts: [sandbox.poor, sandbox.payer] })
      await assertPays(wagmiHolds, { connects: true, gives, place: 1 })
    })
  }
})

describe('a refusal', TIMEOUT, () => {
  /** Buys in vain with a client that keeps what it throws. */
  const buyInVain = async (imagine, { request, options }) => {
    const { viem, base } = await import('/libraries.js')
    const client = viem.createWalletClient({ chain: base, transport: viem.custom(globalThis.ethereum) })
    const ask = client.request
    let thrown
    const keep = (error) => {
      thrown = error
      throw error
    }
    const wallet = { ...client, request: (...args) => ask(...args).catch(keep) }
    const { code, paid, retry, cause } = await imagine.generate(request, { ...options, wallet }).catch((error) => error)
    return {
      error: { code, paid, retry },
      isThrown: cause === thrown && cause instanceof viem.BaseError,
      name: cause.name,
      cause: cause.code,
    }
  }

  async function refuse(wallet, answers) {
    await open(wallet)
    Object.assign(dapp.user.answers, answers)
    const { error, isThrown, name, cause } = await assertUnpaid(() =>
      dapp.value(buyInVain, { request, options: at(sandbox.apiUrl) }),
    )
    assert.deepEqual(error, { code: 'user_rejected', paid: 'no', retry: 'safe' })
    assert.ok(isThrown, "the cause is viem's own error")
    return [name, cause]
  }

  test('of the signature', async () => {
    assert.deepEqual(await refuse({ connected: true }, { eth_signTypedData: false }), [
      'UserRejectedRequestError',
      4001,
    ])
    assert.equal(dapp.user.count(), 1, 'prompts')
  })

  test('of the connection', async () => {
    assert.deepEqual(await refuse({}, { [CONNECT]: false }), ['UserRejectedRequestError', 4001])
    assert.equal(dapp.user.count(), 1, 'prompts')
  })

  // Rainbow refuses with -32603, which viem takes for a fault of the moment.
  test('opens one prompt, although viem would retry by itself', async () => {
    assert.deepEqual(await refuse({ vendor: 'rainbow', connected: true }, { eth_signTypedData: false }), [
      'InternalRpcError',
      -32603,
    ])
    assert.equal(dapp.user.count(), 1, 'prompts')

    const { params } = (await dapp.walletLog()).find(({ method }) => method === SIGN)
    await dapp.run(async (_imagine, params) => {
      const { viem, base } = await import('/libraries.js')
      const client = viem.createWalletClient({ chain: base, transport: viem.custom(globalThis.ethereum) })
      return client.request({ method: 'eth_signTypedData_v4', params })
    }, params)
    assert.ok(dapp.user.count() > 2, 'as it does when nobody tells it not to')
  })
})
