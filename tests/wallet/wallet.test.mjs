import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, afterEach, before, describe, test } from 'node:test'
import { recoverTypedDataAddress } from 'viem'
import { launchChromium } from '../browser/chromium.mjs'
import { openPage } from '../browser/dapp.mjs'
import { stopServer } from '../browser/static-server.mjs'
import { createUser } from '../browser/user.mjs'

const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const ACCOUNT = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const BASE = '0x2105'
const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const CONFIG = { privateKeys: [KEY], chainId: 8453, knownChains: [1, 8453] }

// Made with the MetaMask extension 13.5.0 from the typed data below.
const REFERENCE =
  '0x9a863e0a345028c4e20074ee59ddbe324cd13d566b31efbd014490009b5a2bab3b8dabfc0c696dc81808b0a8a807ff11803e2c590f59092f605af5e096a8aa3c1b'

const TYPED_DATA = {
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
    ],
    TransferWithAuthorization: [
      { name: 'from', type: 'address' },
      { name: 'to', type: 'address' },
      { name: 'value', type: 'uint256' },
      { name: 'validAfter', type: 'uint256' },
      { name: 'validBefore', type: 'uint256' },
      { name: 'nonce', type: 'bytes32' },
    ],
  },
  primaryType: 'TransferWithAuthorization',
  domain: { name: 'USD Coin', version: '2', chainId: 8453, verifyingContract: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913' },
  message: { from: ACCOUNT, to: OTHER, value: '10000', validAfter: '0', validBefore: '1790000000', nonce: `0x${'11'.repeat(32)}` },
}
const JSON_TEXT = JSON.stringify(TYPED_DATA)

describe('the injected wallet', { timeout: 300_000 }, () => {
  let browser
  let node
  const pages = []

  before(async () => {
    browser = await launchChromium()
    node = await startNode()
  })
  afterEach(() => Promise.all(pages.splice(0).map((page) => page.context().close())))
  after(async () => {
    await browser?.close()
    await node?.stop()
  })

  async function openWallet(config = {}, user = createUser()) {
    const page = await openPage(browser, node.url, { wallets: [{ ...CONFIG, rpcUrl: node.url, ...config }], user })
    pages.push(page)
    const request = (method, params) => page.evaluate(requestInPage, { method, params })
    return { page, user, request, sign: (data = JSON_TEXT) => request('eth_signTypedData_v4', [ACCOUNT, data]) }
  }

  test('connects and reproduces the reference signature byte for byte', async () => {
    const wallet = await openWallet()
    assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
    assert.deepEqual(await wallet.request('eth_requestAccounts'), { result: [ACCOUNT] })
    const { result } = await wallet.sign()
    assert.equal(result, REFERENCE)
    const recovered = await recoverTypedDataAddress({ ...TYPED_DATA, signature: result })
    assert.equal(recovered.toLowerCase(), ACCOUNT)
  })

  test('signs the same for typed data given as an object', async () => {
    const wallet = await openWallet({ connected: true })
    assert.deepEqual(await wallet.sign(TYPED_DATA), { result: REFERENCE })
  })

  test('signs with v as 0 or 1 when asked to', async () => {
    const wallet = await openWallet({ connected: true, v01: true })
    assert.deepEqual(await wallet.sign(), { result: REFERENCE.replace(/1b$/, '00') })
  })

  test('announces itself through EIP-6963', async () => {
    const { page } = await openWallet({ name: 'Other Wallet', rdns: 'test.other', setOnWindow: false })
    const seen = await page.evaluate(announcedInPage)
    assert.match(seen.info.uuid, /^[0-9a-f-]{36}$/)
    assert.match(seen.info.icon, /^data:image\//)
    assert.equal(seen.info.name, 'Other Wallet')
    assert.equal(seen.info.rdns, 'test.other')
    assert.equal(seen.ethereum, false)
  })

  test('shares a page with another wallet', async () => {
    const user = createUser()
    const first = { ...CONFIG, rpcUrl: node.url }
    const second = { ...first, chainId: 1, name: 'Other', rdns: 'test.other', setOnWindow: false }
    const page = await openPage(browser, node.url, { wallets: [first, second], user })
    pages.push(page)
    assert.deepEqual(await page.evaluate(chainsInPage), { 'io.metamask': '0x2105', 'test.other': '0x1' })
  })

  describe('refuses', () => {
    const rejected = { code: 4001, message: 'User rejected the request.' }

    test('to connect, with 4001', async () => {
      const wallet = await openWallet({}, createUser({ wallet_requestPermissions: false }))
      assertError(await wallet.request('eth_requestAccounts'), rejected)
      assert.deepEqual(await wallet.request('eth_accounts'), { result: [] })
    })

    test('to sign, with 4001', async () => {
      const wallet = await openWallet({ connected: true }, createUser({ eth_signTypedData: false }))
      const { error } = await wallet.sign()
      assertError({ error }, rejected)
      assert.deepEqual(error.data, { location: 'confirmation', cause: null })
      assert.equal(error.isError, false, 'MetaMask rejects with a plain object')
    })

    test('to switch, with 4001', async () => {
      const wallet = await openWallet({}, createUser({ wallet_switchEthereumChain: false }))
      assertError(await wallet.request('wallet_switchEthereumChain', [{ chainId: '0x1' }]), rejected)
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
    })

    test('to sign for a page that is not connected, with 4100', async () => {
      const wallet = await openWallet()
      assertError(await wallet.sign(), {
        code: 4100,
        message: 'The requested account and/or method has not been authorized by the user.',
      })
    })

    test('to sign for another chain than the active one', async () => {
      const wallet = await openWallet({ connected: true, chainId: 1 })
      assertError(await wallet.sign(), { code: -32603, message: 'Provided chainId "8453" must match the active chainId "1"' })
      assert.equal(wallet.user.count(), 0, 'without a prompt')
    })

    test('a second connect while the first is open, with -32002', async () => {
      const user = createUser({ wallet_requestPermissions: 'waits' })
      const wallet = await openWallet({}, user)
      const first = wallet.request('eth_requestAccounts')
      await user.opened('wallet_requestPermissions')
      const { error } = await wallet.request('eth_requestAccounts')
      assert.equal(error.code, -32002)
      assert.match(error.message, /^Request of type 'wallet_requestPermissions' already pending for origin http:/)
      user.answer('wallet_requestPermissions', true)
      assert.deepEqual(await first, { result: [ACCOUNT] })
    })

    test('methods it does not know, with -32601', async () => {
      const wallet = await openWallet()
      assertError(await wallet.request('eth_nope', []), {
        code: -32601,
        message: 'The method "eth_nope" does not exist / is not available.',
      })
    })
  })

  describe('chains', () => {
    test('switches to a known chain', async () => {
      const wallet = await openWallet({ chainId: 1 })
      assert.deepEqual(await wallet.request('wallet_switchEthereumChain', [{ chainId: BASE }]), { result: null })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
      assert.equal(wallet.user.count('wallet_switchEthereumChain'), 1)
    })

    test('answers 4902 for an unknown chain, and adds it', async () => {
      const wallet = await openWallet()
      assertError(await wallet.request('wallet_switchEthereumChain', [{ chainId: '0x14a34' }]), {
        code: 4902,
        message: 'Unrecognized chain ID "0x14a34". Try adding the chain using wallet_addEthereumChain first.',
      })
      assert.deepEqual(await wallet.request('wallet_addEthereumChain', [sepolia]), { result: null })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: '0x14a34' })
    })

    test('adds a chain and stays where it is when the user refuses the switch', async () => {
      const wallet = await openWallet({}, createUser({ wallet_switchEthereumChain: false }))
      assert.deepEqual(await wallet.request('wallet_addEthereumChain', [sepolia]), { result: null })
      assert.deepEqual(await wallet.request('eth_chainId'), { result: BASE })
    })

    test('takes only unpadded hex', async () => {
      const wallet = await openWallet()
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
      const { page } = await openWallet({ connected: true })
      const events = await page.evaluate(changesInPage)
      assert.deepEqual(events, [['chainChanged', '0x1'], ['accountsChanged', []]])
    })

    test('holds signing requests while locked', async () => {
      const wallet = await openWallet({ connected: true })
      await wallet.page.evaluate(() => globalThis.__wallet.lock())
      const signing = wallet.sign()
      await wallet.request('eth_chainId'); // answered after the signing request arrived
      assert.equal(wallet.user.count(), 0)
      await wallet.page.evaluate(() => globalThis.__wallet.unlock())
      assert.deepEqual(await signing, { result: REFERENCE })
    })

    test('logs what the page asked for', async () => {
      const wallet = await openWallet({ connected: true })
      await wallet.sign()
      const log = await wallet.page.evaluate(() => globalThis.__wallet.log)
      assert.deepEqual(log.at(-1), { method: 'eth_signTypedData_v4', params: [ACCOUNT, JSON_TEXT] })
    })
  })

  describe('reads of the chain', () => {
    test('go to the node', async () => {
      const wallet = await openWallet()
      const params = [{ to: OTHER, data: '0x70a08231' }, 'latest']
      assert.deepEqual(await wallet.request('eth_call', params), { result: '0x2a' })
      assert.deepEqual(node.requests.at(-1).params, params)
    })

    test('carry the error of the node', async () => {
      const wallet = await openWallet()
      const { error } = await wallet.request('eth_getLogs', [{}])
      assert.equal(error.code, -32603)
      assert.equal(error.data.code, -32005)
    })

    test('fail on a chain without a node', async () => {
      const wallet = await openWallet({ chainId: 1, rpcUrl: { 8453: node.url } })
      const { error } = await wallet.request('eth_blockNumber')
      assert.deepEqual([error.code, error.message], [-32603, 'no node for chain 0x1'])
    })
  })
})

const sepolia = {
  chainId: '0x14a34',
  chainName: 'Base Sepolia',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: ['https://sepolia.base.org'],
}

function assertError({ error, result }, { code, message }) {
  assert.ok(error, `expected an error, got ${JSON.stringify(result)}`)
  assert.deepEqual({ code: error.code, message: error.message }, { code, message })
}

async function requestInPage({ method, params }) {
  try {
    return { result: await globalThis.ethereum.request({ method, params }) }
  } catch (error) {
    const { code, message, data } = error
    return { error: { code, message, data, isError: error instanceof Error } }
  }
}

function announcedInPage() {
  return new Promise((resolve) => {
    addEventListener('eip6963:announceProvider', ({ detail: { info } }) => resolve({ info, ethereum: 'ethereum' in globalThis }))
    dispatchEvent(new Event('eip6963:requestProvider'))
  })
}

async function chainsInPage() {
  const details = []
  addEventListener('eip6963:announceProvider', ({ detail }) => details.push(detail))
  dispatchEvent(new Event('eip6963:requestProvider'))
  const chains = details.map(async ({ info, provider }) => [info.rdns, await provider.request({ method: 'eth_chainId' })])
  return Object.fromEntries(await Promise.all(chains))
}

async function changesInPage() {
  const events = []
  const bothSeen = new Promise((resolve) => {
    for (const name of ['chainChanged', 'accountsChanged']) {
      globalThis.ethereum.on(name, (value) => events.push([name, value]) === 2 && resolve())
    }
  })
  await globalThis.ethereum.request({ method: 'eth_chainId' }); // the provider is initialised
  globalThis.__wallet.setChain(1)
  globalThis.__wallet.setAccounts([])
  await bothSeen
  return events
}

/** A page for the wallet to live in and, for POST, a JSON-RPC node that knows two answers. */
async function startNode() {
  const requests = []
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return response.setHeader('content-type', 'text/html').end('<!doctype html><title>dapp</title>')
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const { id, method, params } = JSON.parse(Buffer.concat(chunks))
    requests.push({ method, params })
    const answer = method === 'eth_call' ? { result: '0x2a' } : { error: { code: -32005, message: 'limit exceeded' } }
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}/`, requests, stop: () => stopServer(server) }
}
