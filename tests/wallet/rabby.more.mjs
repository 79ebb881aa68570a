import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { createUser } from '../browser/user.mjs'
import { ACCOUNT, JSON_TEXT, OTHER, REFERENCE, TYPED_DATA } from './authorization.mjs'
import { buildWallet } from './build.mjs'
import { SEPOLIA, assertError, openStage } from './stage.mjs'

const BASE = '0x2105'
const REFUSED = { code: 4001, message: 'User rejected the request.' }
const CONNECT = 'wallet_requestPermissions'
const SIGN = 'eth_signTypedData'

describe("Rabby's wallet", { timeout: 120_000 }, () => {
  let stage

  before(async () => {
    stage = await openStage({ vendor: 'rabby' })
  })
  afterEach(() => stage.closePages())
  after(() => stage?.close())

  const asked = ({ user }) => user.prompts.map(({ type }) => type)

  test('connects and reproduces the reference signature byte for byte', async () => {
    const wallet = await stage.openWallet()
    assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
    assert.deepEqual(await wallet.connect(), { result: [ACCOUNT] })
    assert.deepEqual(await wallet.sign(), { result: REFERENCE })
  })

  test('opens the connect prompt also for a signature', async () => {
    const wallet = await stage.openWallet()
    assert.deepEqual(await wallet.sign(), { result: REFERENCE })
    assert.deepEqual(asked(wallet), [CONNECT, SIGN])
  })

  test('says chain 0x1 to a page that is not connected, whatever its chain', async () => {
    const wallet = await stage.openWallet()
    assert.deepEqual(await wallet.request('eth_chainId'), { result: '0x1' })
    await wallet.connect()
    assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
  })

  describe('announces', () => {
    const rabby = { name: 'Rabby Wallet', rdns: 'io.rabby', isMetaMask: true, isOnWindow: false, isFirst: true }
    const seen = (details) => details.map(({ uuid, icon, ...rest }) => rest)

    test('another provider than the one on the window', async () => {
      const wallet = await stage.openWallet()
      assert.deepEqual(seen(await wallet.announced()), [rabby])
      assert.equal(await wallet.page.evaluate(() => globalThis.ethereum.isRabby), true)
    })

    test('the same provider a second time, as MetaMask, in its MetaMask mode', async () => {
      const wallet = await stage.openWallet({ metamaskMode: true })
      await wallet.request('eth_chainId') // answered once the mode is known
      const details = await wallet.announced()
      assert.deepEqual(seen(details), [rabby, { ...rabby, name: 'MetaMask', rdns: 'io.metamask' }])
      assert.notEqual(details[0].uuid, details[1].uuid)
    })
  })

  test('lets nobody choose how it announces itself', async () => {
    const errors = []
    const wallet = await stage.openWallets([])
    wallet.page.on('pageerror', ({ message }) => errors.push(message))
    await wallet.page.addInitScript({
      content: `globalThis.__walletConfig = { rdns: 'test.other' };\n${await buildWallet('rabby')}`,
    })
    await wallet.page.reload()
    assert.match(errors[0], /no "rdns" for it/)
  })

  test('holds requests while the tab is in the background', async () => {
    const wallet = await stage.openWallet()
    await wallet.request('eth_chainId')
    await wallet.page.evaluate(showTab, 'hidden')
    const before = await wallet.log()
    const waiting = wallet.request('eth_accounts')
    // Were it let through, it would be in the log by then.
    await wallet.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)))
    assert.deepEqual(await wallet.log(), before)
    await wallet.page.evaluate(showTab, 'visible')
    assert.deepEqual(await waiting, { result: [] })
  })

  describe('refuses', () => {
    test('to connect, with 4001', async () => {
      const wallet = await stage.openWallet({}, createUser({ [CONNECT]: false }))
      const answer = await wallet.connect()
      assertError(answer, REFUSED)
      assert.equal(answer.error.isError, false, 'Rabby rejects with a plain object')
      assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
    })

    test('to sign, with 4001', async () => {
      const wallet = await stage.openWallet({ connected: true }, createUser({ [SIGN]: false }))
      assertError(await wallet.sign(), REFUSED)
    })

    test('anything that needs a connection while connect is open, with -32001', async () => {
      const user = createUser({ [CONNECT]: 'waits' })
      const wallet = await stage.openWallet({}, user)
      const first = wallet.connect()
      await user.opened(CONNECT)
      const busy = { code: -32001, message: 'Already processing connect. Please wait.' }
      assertError(await wallet.connect(), busy)
      assertError(await wallet.sign(), busy)
      assertError(await wallet.request('wallet_switchEthereumChain', [{ chainId: '0x1' }]), busy)
      user.answer(CONNECT, true)
      assert.deepEqual(await first, { result: [ACCOUNT] })
    })

    test('a signature while another kind of prompt is open, as if the user had', async () => {
      const user = createUser({ wallet_addEthereumChain: 'waits' })
      const wallet = await stage.openWallet({ connected: true }, user)
      const adding = wallet.request('wallet_addEthereumChain', [SEPOLIA])
      await user.opened('wallet_addEthereumChain')
      assertError(await wallet.sign(), { code: 4001, message: 'please request after current approval resolve' })
      user.answer('wallet_addEthereumChain', true)
      assert.deepEqual(await adding, { result: null })
    })

    test('what it cannot sign, with -32602 and without a prompt', async () => {
      const wallet = await stage.openWallet({ connected: true })
      const invalid = (message) => ({ code: -32602, message })
      assertError(await wallet.sign(TYPED_DATA), invalid('data is not a validate JSON string'))
      assertError(await wallet.sign(JSON_TEXT, { from: OTHER }), invalid('from should be same as current address'))
      await wallet.handle('setChain', 1)
      assertError(await wallet.sign(), invalid('chainId should be same as current chainId'))
      assert.equal(wallet.user.count(), 0)
    })

    test('methods it does not know, with -32601', async () => {
      const wallet = await stage.openWallet()
      assertError(await wallet.request('wallet_nope', []), {
        code: -32601,
        message: "method [wallet_nope] doesn't has corresponding handler",
      })
    })

    test('unknown methods that begin with eth_ by asking the node, for a connected page only', async () => {
      const wallet = await stage.openWallet()
      assertError(await wallet.request('eth_nope', []), {
        code: 4100,
        message: 'The requested account and/or method has not been authorized by the user.',
      })
      await wallet.connect()
      assertError(await wallet.request('eth_nope', []), { code: -32005, message: 'limit exceeded' })
      assert.equal(stage.node.requests.at(-1).method, 'eth_nope')
    })
  })

  describe('chains', () => {
    test('switches to a known chain without a prompt', async () => {
      const wallet = await stage.openWallet({ connected: true, chainId: 1 })
      assert.deepEqual(await wallet.request('wallet_switchEthereumChain', [{ chainId: BASE }]), { result: null })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
      assert.equal(wallet.user.count(), 0)
    })

    test('answers -32603 for an unknown chain, with the 4902 inside', async () => {
      const wallet = await stage.openWallet({ connected: true })
      const answer = await wallet.request('wallet_switchEthereumChain', [{ chainId: '0x14a34' }])
      assertError(answer, {
        code: -32603,
        message: 'Unrecognized chain ID "0x14a34". Try adding the chain using wallet_switchEthereumChain first.',
      })
      assert.equal(answer.error.data.originalError.code, 4902)
    })

    test('adds an unknown chain when the user agrees, and switches to it', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assert.deepEqual(await wallet.request('wallet_addEthereumChain', [SEPOLIA]), { result: null })
      assert.deepEqual(asked(wallet), ['wallet_addEthereumChain'])
      assert.deepEqual(await wallet.request('eth_chainId'), { result: '0x14a34' })
    })

    test('adds nothing when the user refuses', async () => {
      const wallet = await stage.openWallet({ connected: true }, createUser({ wallet_addEthereumChain: false }))
      assertError(await wallet.request('wallet_addEthereumChain', [SEPOLIA]), REFUSED)
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
    })
  })

  describe('its handle', () => {
    test('tells the page of changes', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assert.deepEqual(await wallet.events(['chainChanged'], 'setChain', 1), [['chainChanged', '0x1']])
      assert.deepEqual(await wallet.events(['accountsChanged'], 'setAccounts', []), [['accountsChanged', []]])
    })

    test('disconnects with 4900 only', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assert.deepEqual(await wallet.events(['accountsChanged', 'disconnect', 'close'], 'disconnect', { code: 4900 }), [
        ['accountsChanged', []],
        ['disconnect', { code: 4900, message: 'The provider is disconnected from all chains.' }],
        ['close', { code: 4900, message: 'The provider is disconnected from all chains.' }],
      ])
      await assert.rejects(wallet.handle('disconnect', { code: 1013 }), /Rabby disconnects with 4900/)
    })

    test('shows no account while locked, and holds one request at a time', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assert.deepEqual(await wallet.events(['accountsChanged'], 'lock'), [['accountsChanged', []]])
      assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
      const signing = wallet.sign()
      await wallet.request('eth_chainId') // answered after the signing request arrived
      assertError(await wallet.sign(), { code: -32001, message: 'Already processing unlock. Please wait.' })
      assert.equal(wallet.user.count(), 0)
      await wallet.handle('unlock')
      assert.deepEqual(await signing, { result: REFERENCE })
    })

    test('logs what the page asked for', async () => {
      const wallet = await stage.openWallet({ connected: true })
      await wallet.sign()
      assert.deepEqual((await wallet.log()).at(-1), { method: 'eth_signTypedData_v4', params: [ACCOUNT, JSON_TEXT] })
    })
  })

  describe('reads of the chain', () => {
    test('go to the node', async () => {
      const wallet = await stage.openWallet({ connected: true })
      const params = [{ to: OTHER, data: '0x70a08231' }, 'latest']
      assert.deepEqual(await wallet.request('eth_call', params), { result: '0x2a' })
      assert.deepEqual(stage.node.requests.at(-1).params, params)
    })

    test('carry the error of the node', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assertError(await wallet.request('eth_getLogs', [{}]), { code: -32005, message: 'limit exceeded' })
    })

    test('go to chain 1 for a page that is not connected', async () => {
      const wallet = await stage.openWallet({ rpcUrl: { 8453: stage.node.url } })
      assertError(await wallet.request('eth_blockNumber'), { code: -32603, message: 'no node for chain 0x1' })
    })
  })
})

function showTab(state) {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}
