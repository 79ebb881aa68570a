// Wallets as dapps hold them: clients of viem, connectors and clients of wagmi.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { bundle } from './bundle.mjs'
import { at } from './calls.mjs'
import { SIGN, openStage, sameAddress, walletFor, watchRequests } from './harness.mjs'
import { ROOT } from './package.mjs'

const TIMEOUT = { timeout: 300_000 }
const CONNECT = 'wallet_requestPermissions'
const request = { prompt: 'A paper boat on a neon river' }

let folder
let stage
let sandbox
let dapp

before(async () => {
  await mkdir(join(ROOT, 'build'), { recursive: true })
  folder = await mkdtemp(join(ROOT, 'build', 'libraries-'))
  const file = join(folder, 'libraries.js')
  await writeFile(file, await bundle(join(ROOT, 'tests', 'browser', 'libraries', 'libraries.js')))
  stage = await openStage({ mounts: { '/libraries.js': file } })
  sandbox = await startSandbox({ stepMs: 200 })
})
afterEach(async () => {
  await dapp?.close()
  dapp = undefined
})
after(async () => {
  await stage?.close()
  await sandbox?.stop()
  if (folder) await rm(folder, { recursive: true })
})

/** A dapp with one wallet, whose accounts are all permitted when it is connected. */
async function open({ accounts = [sandbox.payer], ...wallet } = {}) {
  const privateKeys = accounts.map(({ privateKey }) => privateKey)
  dapp = await stage.openDapp({ wallet: walletFor(sandbox, { ...wallet, privateKeys }) })
  await dapp.page.waitForFunction(() => globalThis.__wallet?.setAccounts)
  if (wallet.connected) await dapp.page.evaluate(() => globalThis.__wallet.setAccounts(globalThis.__wallet.accounts))
}

/** Buys with what `hold`, which runs in the page, makes of the libraries. */
const buyWith = (hold, args = {}) => [
  async (imagine, { request, options, hold, args }, dapp) => {
    const libraries = await import('/libraries.js')
    const wallet = await (0, eval)(`(${hold})`)(libraries, args)
    return imagine.generate(request, { ...options, ...dapp.watch, wallet })
  },
  { request, options: at(sandbox.apiUrl), hold: hold.toString(), args: { rpcUrl: sandbox.rpcUrl, privateKey: sandbox.payer.privateKey, ...args } },
]

/** One prompt, one payment, and the payer is the one who has the money. */
async function assertPays(hold, args) {
  const earlier = await sandbox.payments()
  const watch = watchRequests(sandbox)
  const { receipt } = await dapp.value(...buyWith(hold, args))
  const [payment, ...others] = (await sandbox.payments()).slice(earlier.length)
  assert.deepEqual(others, [], 'one payment')
  assert.equal(payment.transaction, receipt.transaction)
  for (const payer of [payment.from, receipt.payer]) assert.ok(sameAddress(payer, sandbox.payer.address), payer)
  assert.equal(watch.paid().length, 1)
  assert.equal(await dapp.asked(SIGN), 1, 'signatures asked for')
  assert.equal(dapp.user.count('eth_signTypedData'), 1, 'prompts')
}

/** Nothing is sent to the seller with a payment, and nothing comes to it on the chain. */
async function assertUnpaid(act) {
  const earlier = await sandbox.payments()
  const watch = watchRequests(sandbox)
  const outcome = await act(watch)
  assert.deepEqual(watch.paid(), [])
  assert.equal((await sandbox.payments()).length, earlier.length)
  return outcome
}

/* ---------- what dapps hold; these run in the page ---------- */

const client = ({ viem, base }) => viem.createWalletClient({ chain: base, transport: viem.custom(globalThis.ethereum) })

const clientOf = async ({ viem, base }, { place = 0 }) => {
  const accounts = await globalThis.ethereum.request({ method: 'eth_requestAccounts' })
  return viem.createWalletClient({ account: accounts[place], chain: base, transport: viem.custom(globalThis.ethereum) })
}

const localClient = ({ viem, base, privateKeyToAccount }, { privateKey }) =>
  viem.createWalletClient({ account: privateKeyToAccount(privateKey), chain: base, transport: viem.custom(globalThis.ethereum) })

/** @param connects whether wagmi connects first; @param gives what of wagmi the library is given */
const wagmiHolds = async ({ viem, wagmi, base }, { rpcUrl, connects, gives, place = 0 }) => {
  const config = wagmi.createConfig({ chains: [base], connectors: [wagmi.injected()], transports: { [base.id]: viem.http(rpcUrl) } })
  const [connector] = config.connectors
  const { accounts } = connects ? await wagmi.connect(config, { connector }) : {}
  return gives === 'getProvider' ? connector.getProvider() : wagmi[gives](config, { account: accounts[place] })
}

describe('a client of viem', TIMEOUT, () => {
  for (const connected of [false, true]) {
    test(`without an account pays from the first that the wallet gives, ${connected ? 'connected' : 'not yet connected'}`, async () => {
      await open({ connected })
      await assertPays(client)
      assert.equal(dapp.user.count(CONNECT), connected ? 0 : 1)
    })
  }

  test('pays from its account, the first', async () => {
    await open({ connected: true, accounts: [sandbox.payer, sandbox.poor] })
    await assertPays(clientOf)
  })

  test('pays from its account, the second', async () => {
    await open({ connected: true, accounts: [sandbox.poor, sandbox.payer] })
    await assertPays(clientOf, { place: 1 })
  })

  test('that signs by itself is refused before anything is asked', async () => {
    await open({ connected: true })
    const asked = await dapp.walletLog()
    const { code, paid, message } = await assertUnpaid(async (watch) => {
      const error = await dapp.failure(...buyWith(localClient))
      assert.deepEqual(watch.all(), [])
      return error
    })
    assert.deepEqual([code, paid], ['invalid_request', 'no'])
    assert.match(message, /signs by itself/)
    assert.deepEqual(await dapp.walletLog(), asked)
  })
})

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
    return { error: { code, paid, retry }, isThrown: cause === thrown && cause instanceof viem.BaseError, name: cause.name, cause: cause.code }
  }

  async function refuse(wallet, answers) {
    await open(wallet)
    Object.assign(dapp.user.answers, answers)
    const { error, isThrown, name, cause } = await assertUnpaid(() => dapp.value(buyInVain, { request, options: at(sandbox.apiUrl) }))
    assert.deepEqual(error, { code: 'user_rejected', paid: 'no', retry: 'safe' })
    assert.ok(isThrown, "the cause is viem's own error")
    return [name, cause]
  }

  test('of the signature', async () => {
    assert.deepEqual(await refuse({ connected: true }, { eth_signTypedData: false }), ['UserRejectedRequestError', 4001])
    assert.equal(dapp.user.count(), 1, 'prompts')
  })

  test('of the connection', async () => {
    assert.deepEqual(await refuse({}, { [CONNECT]: false }), ['UserRejectedRequestError', 4001])
    assert.equal(dapp.user.count(), 1, 'prompts')
  })

  // Rainbow refuses with -32603, which viem takes for a fault of the moment.
  test('that viem would repeat by itself is one prompt', async () => {
    assert.deepEqual(await refuse({ vendor: 'rainbow', connected: true }, { eth_signTypedData: false }), ['InternalRpcError', -32603])
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
