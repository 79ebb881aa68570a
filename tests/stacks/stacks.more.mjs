// What dapps hold when they reach wallets through other libraries: each is passed to `generate` as it is.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { at } from '../browser/calls.mjs'
import { assertPays, assertUnpaid, buyWith, open, request, useLibraries } from '../browser/libraries.mjs'
import { ROOT } from '../browser/package.mjs'
import { dapp, sandbox } from '../browser/stage.mjs'
import { thirdwebProvider, turnkeyProvider } from './played.mjs'

const TIMEOUT = { timeout: 300_000 }

useLibraries(join(ROOT, 'tests', 'stacks', 'libraries.js'))

/* ---------- what dapps hold; these run in the page ---------- */

const wagmiConnector = ({ wagmi, viem, base }, { rpcUrl }) =>
  wagmi.createConfig({
    chains: [base],
    connectors: [wagmi.injected()],
    transports: { [base.id]: viem.http(rpcUrl) },
  }).connectors[0]

const HELD = {
  "wagmi's connector": wagmiConnector,
  "a promise of the provider of wagmi's connector": ({ wagmi, viem, base }, { rpcUrl }) =>
    wagmi
      .createConfig({ chains: [base], connectors: [wagmi.injected()], transports: { [base.id]: viem.http(rpcUrl) } })
      .connectors[0].getProvider(),
  'ethers 6, BrowserProvider': ({ ethers }) => new ethers.BrowserProvider(globalThis.ethereum),
  'ethers 6, JsonRpcSigner': ({ ethers }) => new ethers.BrowserProvider(globalThis.ethereum).getSigner(),
  'ethers 5, Web3Provider': ({ ethers5 }) => new ethers5.Web3Provider(globalThis.ethereum),
  'ethers 5, JsonRpcSigner': ({ ethers5 }) => new ethers5.Web3Provider(globalThis.ethereum).getSigner(),
  'web3.js': ({ Web3 }) => new Web3(globalThis.ethereum),
  "Vue's proxy of a provider": ({ reactive }) => reactive({ wallet: globalThis.ethereum }).wallet,
  "the shape of thirdweb's EIP1193.toProvider": thirdwebProvider,
}

for (const [name, hold] of Object.entries(HELD)) {
  describe(name, TIMEOUT, () => {
    for (const connected of [false, true]) {
      test(`pays from a wallet that is ${connected ? 'connected' : 'not yet connected'}`, async () => {
        await open({ connected })
        await assertPays(hold)
      })
    }

    test('a rejection in the wallet is user_rejected', async () => {
      await open({ connected: true })
      dapp.user.answers.eth_signTypedData = false
      const { code, paid, retry, message } = await assertUnpaid(() => dapp.failure(...buyWith(hold)))
      assert.deepEqual([code, paid, retry], ['user_rejected', 'no', 'safe'])
      assert.equal(message, 'the signature was declined in the wallet')
    })
  })
}

test("the signer of an account pays from that account, although it is not the wallet's first", TIMEOUT, async () => {
  await open({ connected: true, accounts: [sandbox.poor, sandbox.payer] })
  await assertPays(({ ethers }, { payer }) => new ethers.BrowserProvider(globalThis.ethereum).getSigner(payer), {
    payer: sandbox.payer.address,
  })
})

describe('an account that has a key of its own', TIMEOUT, () => {
  const LOCAL = {
    'of ethers 6': ({ ethers }, { privateKey }) => new ethers.Wallet(privateKey),
    'of ethers 6, over a provider': ({ ethers }, { privateKey }) =>
      new ethers.Wallet(privateKey, new ethers.BrowserProvider(globalThis.ethereum)),
    'of viem': ({ privateKeyToAccount }, { privateKey }) => privateKeyToAccount(privateKey),
  }
  for (const [name, hold] of Object.entries(LOCAL)) {
    test(`${name} is rejected before anything is requested`, async () => {
      await open({ connected: true })
      const { code, paid, message } = await assertUnpaid(() => dapp.failure(...buyWith(hold)))
      assert.deepEqual([code, paid], ['invalid_request', 'no'])
      assert.match(message, /a key of the page's own/)
    })
  }
})

describe('a wallet that is not there yet', TIMEOUT, () => {
  for (const nothing of [undefined, null]) {
    test(`(${nothing}) is no_wallet, and no other wallet is asked`, async () => {
      await open({ connected: true })
      const asked = await dapp.walletLog()
      const { code, paid, message } = await assertUnpaid(() => dapp.failure(...buyWith(`() => ${nothing}`)))
      assert.deepEqual([code, paid], ['no_wallet', 'no'])
      assert.match(message, /no wallet yet/)
      assert.deepEqual(await dapp.walletLog(), asked)
    })
  }

  test('is no_wallet while wagmi reconnects after a reload, and has only the names of the connector', async () => {
    await open({ connected: true })
    const hold = async ({ wagmi, viem, base }, { rpcUrl }) => {
      const configure = () =>
        wagmi.createConfig({
          chains: [base],
          connectors: [wagmi.injected()],
          transports: { [base.id]: viem.http(rpcUrl) },
        })
      const before = configure()
      await wagmi.connect(before, { connector: before.connectors[0] })
      const after = configure()
      while (!after.state.current) await new Promise((resolve) => setTimeout(resolve, 10))
      wagmi.reconnect(after)
      return wagmi.getConnection(after).connector
    }
    const { code, paid, message } = await assertUnpaid(() => dapp.failure(...buyWith(hold)))
    assert.deepEqual([code, paid], ['no_wallet', 'no'])
    assert.match(message, /no wallet yet/)
  })

  test('is no_wallet when the promise of it resolves with nothing', async () => {
    await open({ connected: true })
    const { code, paid } = await assertUnpaid(() =>
      dapp.failure(...buyWith(() => ({ getProvider: async () => undefined }))),
    )
    assert.deepEqual([code, paid], ['no_wallet', 'no'])
  })

  test('is wallet_error when the promise of it rejects, with what it rejects with', async () => {
    await open({ connected: true })
    const hold = () => ({ getProvider: () => Promise.reject(new Error('Connector not connected.')) })
    const { code, paid, message } = await assertUnpaid(() => dapp.failure(...buyWith(hold)))
    assert.deepEqual([code, paid], ['wallet_error', 'no'])
    assert.match(message, /did not give a wallet/)
  })
})

describe("Turnkey's provider, whose service is played", TIMEOUT, () => {
  test('pays once when it is given typed data as an object', async () => {
    await open({ connected: true })
    await assertPays(turnkeyProvider, { asObject: true }, { signatures: 0 })
  })

  test('signs nothing when it is given typed data as text, like other wallets', async () => {
    await open({ connected: true })
    const { code, paid } = await assertUnpaid(() => dapp.failure(...buyWith(turnkeyProvider, { asObject: false })))
    assert.deepEqual([code, paid], ['wallet_error', 'no'])
  })
})

test("a task in Vue's ref is iterated, waited for and listened to like the task itself", TIMEOUT, async () => {
  await open({ connected: true })
  const buy = async (imagine, { request, options }) => {
    const { ref } = await import('/libraries.js')
    const held = ref(await imagine.submit(request, { ...options, wallet: globalThis.ethereum }))
    const types = []
    for await (const { type } of held.value) types.push(type)
    const { video } = await held.value.wait()
    return { types, heard: held.value.getSnapshot().result.video.url === video.url }
  }
  const { types, heard } = await dapp.value(buy, { request, options: at(sandbox.apiUrl) })
  assert.deepEqual([types[0], types.at(-1), heard], ['accepted', 'done', true])
})
