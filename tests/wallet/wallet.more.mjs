import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { recoverTypedDataAddress } from 'viem'
import { createUser } from '../browser/user.mjs'
import { ACCOUNT, JSON_TEXT, OTHER, REFERENCE, TYPED_DATA } from './authorization.mjs'
import { SEPOLIA, assertError, openStage } from './stage.mjs'

const BASE = '0x2105'

describe("MetaMask's wallet", { timeout: 120_000 }, () => {
  let stage

  before(async () => {
    stage = await openStage()
  })
  afterEach(() => stage.closePages())
  after(() => stage?.close())

  test('connects and reproduces the reference signature byte for byte', async () => {
    const wallet = await stage.openWallet()
    assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
    assert.deepEqual(await wallet.request('eth_requestAccounts'), { result: [ACCOUNT] })
    const { result } = await wallet.sign()
    assert.equal(result, REFERENCE)
    const recovered = await recoverTypedDataAddress({ ...TYPED_DATA, signature: result })
    assert.equal(recovered.toLowerCase(), ACCOUNT)
  })

  test('signs the same for typed data given as an object', async () => {
    const wallet = await stage.openWallet({ connected: true })
    assert.deepEqual(await wallet.sign(TYPED_DATA), { result: REFERENCE })
  })

  test('signs with v as 0 or 1 when asked to', async () => {
    const wallet = await stage.openWallet({ connected: true, v01: true })
    assert.deepEqual(await wallet.sign(), { result: REFERENCE.replace(/1b$/, '00') })
  })

  test('announces itself through EIP-6963', async () => {
    const wallet = await stage.openWallet({ name: 'Other Wallet', rdns: 'test.other', setOnWindow: false })
    const [{ uuid, icon, ...seen }, ...more] = await wallet.announced()
    assert.match(uuid, /^[0-9a-f-]{36}$/)
    assert.match(icon, /^data:image\//)
    assert.deepEqual(seen, {
      name: 'Other Wallet',
      rdns: 'test.other',
      isMetaMask: true,
      isOnWindow: false,
      isFirst: true,
    })
    assert.deepEqual(more, [])
  })

  test('shares a page with another wallet', async () => {
    const wallets = await stage.openWallets([{}, { chainId: 1, name: 'Other', rdns: 'test.other', setOnWindow: false }])
    assert.deepEqual(await wallets.request('eth_chainId', [], 'io.metamask'), { result: BASE })
    assert.deepEqual(await wallets.request('eth_chainId', [], 'test.other'), { result: '0x1' })
  })

  describe('refuses', () => {
    const rejected = { code: 4001, message: 'User rejected the request.' }

    test('to connect, with 4001', async () => {
      const wallet = await stage.openWallet({}, createUser({ wallet_requestPermissions: false }))
      assertError(await wallet.request('eth_requestAccounts'), rejected)
      assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
    })

    test('to sign, with 4001', async () => {
      const wallet = await stage.openWallet({ connected: true }, createUser({ eth_signTypedData: false }))
      const { error } = await wallet.sign()
      assertError({ error }, rejected)
      assert.deepEqual(error.data, { location: 'confirmation', cause: null })
      assert.equal(error.isError, false, 'MetaMask rejects with a plain object')
    })

    test('to switch, with 4001', async () => {
      const wallet = await stage.openWallet({}, createUser({ wallet_switchEthereumChain: false }))
      assertError(await wallet.request('wallet_switchEthereumChain', [{ chainId: '0x1' }]), rejected)
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
    })

    test('to sign for a page that is not connected, with 4100', async () => {
      const wallet = await stage.openWallet()
      assertError(await wallet.sign(), {
        code: 4100,
        message: 'The requested account and/or method has not been authorized by the user.',
      })
    })

    test('to sign for another chain than the active one', async () => {
      const wallet = await stage.openWallet({ connected: true, chainId: 1 })
      assertError(await wallet.sign(), {
        code: -32603,
        message: 'Provided chainId "8453" must match the active chainId "1"',
      })
      assert.equal(wallet.user.count(), 0, 'without a prompt')
    })

    test('a second connect while the first is open, with -32002', async () => {
      const user = createUser({ wallet_requestPermissions: 'waits' })
      const wallet = await stage.openWallet({}, user)
      const first = wallet.request('eth_requestAccounts')
      await user.opened('wallet_requestPermissions')
      const { error } = await wallet.request('eth_requestAccounts')
      assert.equal(error.code, -32002)
      assert.match(error.message, /^Request of type 'wallet_requestPermissions' already pending for origin http:/)
      user.answer('wallet_requestPermissions', true)
      assert.deepEqual(await first, { result: [ACCOUNT] })
    })

    test('methods it does not know, with -32601', async () => {
      const wallet = await stage.openWallet()
      assertError(await wallet.request('eth_nope', []), {
        code: -32601,
        message: 'The method "eth_nope" does not exist / is not available.',
      })
    })
  })

  describe('chains', () => {
    test('switches to a known chain', async () => {
      const wallet = await stage.openWallet({ chainId: 1 })
      assert.deepEqual(await wallet.request('wallet_switchEthereumChain', [{ chainId: BASE }]), { result: null })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
      assert.equal(wallet.user.count('wallet_switchEthereumChain'), 1)
    })

    test('answers 4902 for an unknown chain, and adds it', async () => {
      const wallet = await stage.openWallet()
      assertError(await wallet.request('wallet_switchEthereumChain', [{ chainId: '0x14a34' }]), {
        code: 4902,
        message: 'Unrecognized chain ID "0x14a34". Try adding the chain using wallet_addEthereumChain first.',
      })
      assert.deepEqual(await wallet.request('wallet_addEthereumChain', [SEPOLIA]), { result: null })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: '0x14a34' })
    })

    test('adds a chain and stays where it is when the user refuses the switch', async () => {
      const wallet = await stage.openWallet({}, createUser({ wallet_switchEthereumChain: false }))
      assert.deepEqual(await wallet.request('wallet_addEthereumChain', [SEPOLIA]), { result: null })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
    })

    test('takes only unpadded hex', async () => {
      const wallet = await stage.openWallet()
      for (const chainId of [8453, '0x02105', '8453']) {
        assertError(await wallet.request('wallet_switchEthereumChain', [{ chainId }]), {
          code: -32602,
          message: `Expected 0x-prefixed, unpadded, non-zero hexadecimal string 'chainId'. Received:\n${chainId}`,
        })
      }
    })
  })

  describe('its handle', () => {
    test('tells the page of changes', async () => {
      const wallet = await stage.openWallet({ connected: true })
      assert.deepEqual(await wallet.events(['chainChanged'], 'setChain', 1), [['chainChanged', '0x1']])
      assert.deepEqual(await wallet.events(['accountsChanged'], 'setAccounts', []), [['accountsChanged', []]])
    })

    test('cuts the page off the chain until the chain changes', async () => {
      const wallet = await stage.openWallet()
      assert.deepEqual(await wallet.events(['disconnect'], 'disconnect'), [
        ['disconnect', { code: 1013, message: 'MetaMask: Disconnected from chain. Attempting to connect.' }],
      ])
      assert.deepEqual(await wallet.events(['connect', 'chainChanged'], 'setChain', 1), [
        ['connect', { chainId: '0x1' }],
        ['chainChanged', '0x1'],
      ])
    })

    test('cuts the page off for good', async () => {
      const wallet = await stage.openWallet()
      assert.deepEqual(await wallet.events(['disconnect'], 'disconnect', { code: 1011 }), [
        [
          'disconnect',
          { code: 1011, message: 'MetaMask: Disconnected from MetaMask background. Page reload required.' },
        ],
      ])
    })

    test('cannot disconnect in other words', async () => {
      const wallet = await stage.openWallet()
      await assert.rejects(wallet.handle('disconnect', { code: 4900 }), /MetaMask disconnects with 1013 or 1011/)
    })

    test('holds signing requests while locked', async () => {
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
      const log = await wallet.log()
      assert.deepEqual(log.at(-1), { method: 'eth_signTypedData_v4', params: [ACCOUNT, JSON_TEXT] })
    })
  })

  describe('reads of the chain', () => {
    test('go to the node', async () => {
      const wallet = await stage.openWallet()
      const params = [{ to: OTHER, data: '0x70a08231' }, 'latest']
      assert.deepEqual(await wallet.request('eth_call', params), { result: '0x2a' })
      assert.deepEqual(stage.node.requests.at(-1).params, params)
    })

    test('carry the error of the node', async () => {
      const wallet = await stage.openWallet()
      const { error } = await wallet.request('eth_getLogs', [{}])
      assert.equal(error.code, -32603)
      assert.equal(error.data.code, -32005)
    })

    test('fail on a chain without a node', async () => {
      const wallet = await stage.openWallet({ chainId: 1, rpcUrl: { 8453: stage.node.url } })
      const { error } = await wallet.request('eth_blockNumber')
      assert.deepEqual([error.code, error.message], [-32603, 'no node for chain 0x1'])
    })
  })
})
