import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { createUser } from '../browser/user.mjs'
import { ACCOUNT, JSON_TEXT, OTHER, REFERENCE, TYPED_DATA } from './authorization.mjs'
import { REVERTS, SEPOLIA, assertError, openStage } from './stage.mjs'

const BASE = '0x2105'
const REFUSED = { code: -32603, message: 'User rejected the request.' }

describe("Rainbow's wallet", { timeout: 120_000 }, () => {
  let stage

  before(async () => {
    stage = await openStage({ vendor: 'rainbow' })
  })
  afterEach(() => stage.closePages())
  after(() => stage?.close())

  test('connects and reproduces the reference signature byte for byte', async () => {
    const wallet = await stage.openWallet()
    assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
    assert.deepEqual(await wallet.connect(), { result: [ACCOUNT] })
    assert.deepEqual(await wallet.sign(), { result: REFERENCE })
  })

  test('signs the same for an object, and for swapped params', async () => {
    const wallet = await stage.openWallet({ connected: true })
    assert.deepEqual(await wallet.sign(TYPED_DATA), { result: REFERENCE })
    assert.deepEqual(await wallet.request('eth_signTypedData_v4', [JSON_TEXT, ACCOUNT]), { result: REFERENCE })
  })

  test('announces itself through EIP-6963, and says that it is MetaMask', async () => {
    const wallet = await stage.openWallet()
    const [{ uuid, icon, ...seen }, ...more] = await wallet.announced()
    assert.match(uuid, /^[0-9a-f-]{36}$/)
    assert.match(icon, /^data:image\//)
    assert.deepEqual(seen, { name: 'Rainbow', rdns: 'me.rainbow', isMetaMask: true, isOnWindow: true, isFirst: true })
    assert.deepEqual(more, [])
    assert.equal(await wallet.page.evaluate(() => globalThis.ethereum.isRainbow), true)
  })

  test('goes by another name, beside the window', async () => {
    const wallet = await stage.openWallet({ name: 'Other', rdns: 'test.other', setOnWindow: false })
    const [{ name, rdns }] = await wallet.announced()
    assert.deepEqual([name, rdns], ['Other', 'test.other'])
    assert.equal(await wallet.page.evaluate(() => 'ethereum' in globalThis), false)
  })

  test('says chain 0x1 to a page that is not connected, whatever its chain', async () => {
    const wallet = await stage.openWallet()
    assert.deepEqual(await wallet.request('eth_chainId'), { result: '0x1' })
    await wallet.connect()
    assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
  })

  test('opens a second connect prompt beside the first', async () => {
    const waiting = []
    const user = createUser()
    user.decide = () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        if (waiting.length === 2) for (const approve of waiting) approve(true)
      })
    const wallet = await stage.openWallet({}, user)
    const both = await Promise.all([wallet.connect(), wallet.connect()])
    assert.deepEqual(both, [{ result: [ACCOUNT] }, { result: [ACCOUNT] }])
  })

  describe('refuses', () => {
    test('to connect, as an internal error', async () => {
      const wallet = await stage.openWallet({}, createUser({ wallet_requestPermissions: false }))
      const answer = await wallet.connect()
      assertError(answer, REFUSED)
      assert.equal(answer.error.name, 'Internal error')
      assert.equal(answer.error.isError, false, 'Rainbow rejects with a plain object')
    })

    test('to sign, as an internal error', async () => {
      const wallet = await stage.openWallet({ connected: true }, createUser({ eth_signTypedData: false }))
      assertError(await wallet.sign(), REFUSED)
    })

    test('to sign before connect and on another chain in the same words, without a prompt', async () => {
      for (const config of [{}, { connected: true, chainId: 1 }]) {
        const wallet = await stage.openWallet(config)
        assertError(await wallet.sign(), { code: -32600, message: 'Chain Id mismatch' })
        assert.equal(wallet.user.count(), 0)
      }
    })

    test('methods it does not know, with -32004', async () => {
      const wallet = await stage.openWallet()
      for (const method of ['wallet_nope', 'eth_nope']) {
        assertError(await wallet.request(method, []), { code: -32004, message: 'Method not supported' })
      }
    })
  })

  describe('chains', () => {
    test('switches to a known chain without a prompt', async () => {
      const wallet = await stage.openWallet({ connected: true, chainId: 1 })
      assert.deepEqual(await wallet.request('wallet_switchEthereumChain', [{ chainId: BASE }]), { result: null })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
      assert.equal(wallet.user.count(), 0)
    })

    test('answers -32600 for an unknown chain', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assertError(await wallet.request('wallet_switchEthereumChain', [{ chainId: '0x14a34' }]), {
        code: -32600,
        message: 'Chain Id not supported',
      })
    })

    test('connects instead of switching when the page is not connected, and says that it switched', async () => {
      const wallet = await stage.openWallet({ chainId: 1 })
      assert.deepEqual(await wallet.request('wallet_switchEthereumChain', [{ chainId: BASE }]), { result: null })
      assert.deepEqual(
        wallet.user.prompts.map(({ type }) => type),
        ['wallet_requestPermissions'],
      )
      assert.deepEqual(await wallet.request('eth_chainId'), { result: '0x1' })
    })

    test('adds a chain and stays where it is', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assert.deepEqual(await wallet.request('wallet_addEthereumChain', [SEPOLIA]), { result: null })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
      assert.deepEqual(await wallet.request('wallet_switchEthereumChain', [{ chainId: SEPOLIA.chainId }]), {
        result: null,
      })
    })

    test('refuses to add a chain as an internal error, and one it knows as if the user had refused', async () => {
      const wallet = await stage.openWallet({ connected: true }, createUser({ wallet_addEthereumChain: false }))
      assertError(await wallet.request('wallet_addEthereumChain', [SEPOLIA]), REFUSED)
      assert.equal(wallet.user.count(), 1)
      assertError(await wallet.request('wallet_addEthereumChain', [{ ...SEPOLIA, chainId: BASE }]), {
        code: -32003,
        message: 'User rejected the request.',
      })
      assert.equal(wallet.user.count(), 1, 'nobody was asked')
    })

    test('stumbles over a chain without an explorer', async () => {
      const wallet = await stage.openWallet({ connected: true })
      const { blockExplorerUrls, ...chain } = SEPOLIA
      assertError(await wallet.request('wallet_addEthereumChain', [chain]), {
        code: -32603,
        message: "Cannot read properties of undefined (reading '0')",
      })
    })
  })

  describe('its handle', () => {
    test('tells the page of changes', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assert.deepEqual(await wallet.events(['chainChanged'], 'setChain', 1), [['chainChanged', '0x1']])
      assert.deepEqual(await wallet.events(['accountsChanged'], 'setAccounts', [OTHER]), [['accountsChanged', [OTHER]]])
    })

    test('disconnects with an empty list for an error, and forgets chain and account', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assert.deepEqual(await wallet.events(['accountsChanged', 'disconnect'], 'disconnect'), [
        ['accountsChanged', []],
        ['disconnect', []],
      ])
      assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: '0x1' })
      await assert.rejects(wallet.handle('disconnect', { code: 4900 }), /Rainbow disconnects with an empty list/)
    })

    test('does what the page revokes, and answers with an error', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assertError(await wallet.request('wallet_revokePermissions', [{ eth_accounts: {} }]), {
        code: -32603,
        message: 'next',
      })
      assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
    })

    test('holds prompts while locked', async () => {
      const wallet = await stage.openWallet({ connected: true })
      await wallet.handle('lock')
      const signing = wallet.sign()
      await wallet.request('eth_chainId') // answered after the signing request arrived
      assert.equal(wallet.user.count(), 0)
      await wallet.handle('unlock')
      assert.deepEqual(await signing, { result: REFERENCE })
    })

    test('logs what the page asked for', async () => {
      const wallet = await stage.openWallet({ connected: true })
      await wallet.sign()
      assert.deepEqual(await wallet.log(), [{ method: 'eth_signTypedData_v4', params: [ACCOUNT, JSON_TEXT] }])
    })
  })

  describe('reads of the chain', () => {
    test('go to the node, always at its latest block', async () => {
      const wallet = await stage.openWallet({ connected: true })
      const call = { to: OTHER.toLowerCase(), data: '0x70a08231' }
      assert.deepEqual(await wallet.request('eth_call', [call, '0x10']), { result: '0x2a' })
      assert.deepEqual(stage.node.requests.at(-1), { method: 'eth_call', params: [call, 'latest'] })
    })

    test('give the reason of a revert as if it were the result', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assert.deepEqual(await wallet.request('eth_call', [{ to: OTHER, data: REVERTS.data }, 'latest']), {
        result: REVERTS.reason,
      })
    })

    test('lose the error of the node', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assertError(await wallet.request('eth_getLogs', [{}]), { code: -32004, message: 'Method not supported' })
      assert.equal(stage.node.requests.at(-1).method, 'eth_getLogs')
    })

    test('fail on a chain without a node', async () => {
      const wallet = await stage.openWallet({ rpcUrl: { 8453: stage.node.url } })
      assertError(await wallet.request('eth_call', [{ to: OTHER }, 'latest']), {
        code: -32603,
        message: 'no node for chain 0x1',
      })
    })
  })
})
