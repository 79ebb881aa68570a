// The wallet over an account of viem or ethers, and over a node that may be any.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { Wallet } from 'ethers'
import { toAccount } from 'viem/accounts'
import { privateKeyToAccount } from 'viem/accounts'
import { recoverTypedDataAddress } from 'viem'
import { fromAccount, reasonOf } from './places.mjs'

const KEY = '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a'
const account = privateKeyToAccount(KEY)
const TIMEOUT = { timeout: 30_000 }

const DOMAIN = { name: 'USD Coin', version: '2', chainId: 8453, verifyingContract: `0x${'83'.repeat(20)}` }
const TYPES = {
  EIP712Domain: [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' },
  ],
  Transfer: [
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
  ],
}
const DATA = {
  types: TYPES,
  primaryType: 'Transfer',
  domain: DOMAIN,
  message: { to: account.address, value: '1000000' },
}

let server
let asked = []
let answer
before(async () => {
  server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const call = JSON.parse(Buffer.concat(chunks))
    asked.push(call.method)
    const { status = 200, headers = {}, body } = answer(call)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
})
after(() => server.close())

const result = (value) => ({ body: JSON.stringify({ jsonrpc: '2.0', id: 1, result: value }) })
const onBase = ({ method }) => result(method === 'eth_chainId' ? '0x2105' : `the answer to ${method}`)

function walletOf(given = account, node = onBase, chainId = 8453) {
  ;[asked, answer] = [[], node]
  return fromAccount(given, { rpcUrl: `http://127.0.0.1:${server.address().port}/v1/secret-key`, chainId })
}

const ask = (wallet, method, params) => wallet.request({ method, params })

describe('a wallet over an account', TIMEOUT, () => {
  const ethers = new Wallet(KEY)
  const SIGNERS = {
    viem: account,
    'ethers 6': ethers,
    'ethers 5': {
      address: account.address,
      _signTypedData: (domain, types, value) => ethers.signTypedData(domain, types, value),
    },
  }
  for (const [name, signer] of Object.entries(SIGNERS)) {
    test(`of ${name} signs typed data`, async () => {
      const wallet = walletOf(signer)
      assert.deepEqual(await ask(wallet, 'eth_requestAccounts'), [account.address])
      const signature = await ask(wallet, 'eth_signTypedData_v4', [account.address.toLowerCase(), JSON.stringify(DATA)])
      assert.equal(await recoverTypedDataAddress({ ...DATA, signature }), account.address)
      assert.deepEqual(asked, [], 'it needs no node for that')
    })
  }

  test('passes on what the account throws', async () => {
    const cause = new Error('the key is locked')
    const locked = toAccount({
      address: account.address,
      signTypedData: () => Promise.reject(cause),
      signMessage() {},
      signTransaction() {},
    })
    assert.equal(
      await reasonOf(ask(walletOf(locked), 'eth_signTypedData_v4', [account.address, JSON.stringify(DATA)])),
      cause,
    )
  })

  test('knows its own chain and account alone, and sends nothing', async () => {
    const wallet = walletOf()
    assert.equal(await ask(wallet, 'eth_chainId'), '0x2105')
    assert.equal(await ask(wallet, 'wallet_switchEthereumChain', [{ chainId: '0x2105' }]), null)
    const codes = {
      wallet_switchEthereumChain: [[{ chainId: '0x1' }], 4_902],
      wallet_addEthereumChain: [[{ chainId: '0x1' }], 4_200],
      eth_sendTransaction: [[{ to: account.address }], 4_200],
      eth_sendRawTransaction: [['0x'], 4_200],
      personal_sign: [['0x', account.address], 4_200],
      eth_sign: [[account.address, '0x'], 4_200],
      eth_signTypedData_v4: [[`0x${'1'.repeat(40)}`, JSON.stringify(DATA)], 4_100],
    }
    for (const [method, [params, code]] of Object.entries(codes)) {
      assert.equal((await reasonOf(ask(wallet, method, params))).code, code, method)
    }
    for (const text of ['', 'garbage', 'null', '{}', undefined]) {
      assert.equal((await reasonOf(ask(wallet, 'eth_signTypedData_v4', [account.address, text]))).code, -32_602, text)
    }
  })

  test('never shows the key', async () => {
    const wallet = walletOf()
    const { inspect } = await import('node:util')
    for (const text of [JSON.stringify(wallet), inspect(wallet, { depth: 9, showHidden: true }), String(wallet)]) {
      assert.ok(!text.includes(KEY.slice(2)), text)
    }
  })
})

describe('a wallet reads from its node', TIMEOUT, () => {
  test('which is asked for its chain once', async () => {
    const wallet = walletOf()
    const reads = ['eth_call', 'eth_getBlockByNumber', 'eth_getCode', 'eth_getLogs', 'eth_getTransactionReceipt']
    for (const method of reads) assert.equal(await ask(wallet, method, []), `the answer to ${method}`)
    assert.deepEqual(asked, ['eth_chainId', ...reads])
  })

  test('and says so if that is on another chain', async () => {
    const wallet = walletOf(account, () => result('0x1'))
    for (const method of ['eth_chainId', 'eth_call']) {
      const { code, message } = await reasonOf(ask(wallet, method, []))
      assert.equal(code, 4_901)
      assert.match(message, /127\.0\.0\.1:\d+ is on the chain 1, and not on 8453/)
    }
  })

  test('whose own errors it passes on', async () => {
    const error = { code: 3, message: 'execution reverted', data: '0x08c379a0' }
    const wallet = walletOf(account, ({ method }) =>
      method === 'eth_chainId' ? result('0x2105') : { body: JSON.stringify({ jsonrpc: '2.0', id: 1, error }) },
    )
    const { code, message, data } = await reasonOf(ask(wallet, 'eth_call', []))
    assert.deepEqual({ code, message, data }, error)
  })

  const BROKEN = {
    'answers without JSON': () => ({ status: 200, body: '<html>' }),
    'is too busy': () => ({ status: 429, body: '{}' }),
    'answers with null': () => ({ body: 'null' }),
    redirects: () => ({ status: 307, headers: { location: 'https://elsewhere.test/' }, body: '' }),
  }
  for (const [what, node] of Object.entries(BROKEN)) {
    test(`which ${what}: the error names its host and no more, and it is asked again`, async () => {
      const wallet = walletOf(account, node)
      const { code, message } = await reasonOf(ask(wallet, 'eth_chainId'))
      assert.equal(code, -32_603)
      assert.ok(message.includes('127.0.0.1') && !message.includes('secret-key'), message)
      answer = onBase
      assert.equal(await ask(wallet, 'eth_chainId'), '0x2105')
    })
  }
})

describe('`fromAccount` refuses', TIMEOUT, () => {
  const options = { rpcUrl: 'https://node.test', chainId: 8453 }
  const refused = { code: 'invalid_request', paid: 'no', retry: 'never' }
  const ACCOUNTS = [undefined, null, KEY, {}, { address: account.address }, { signTypedData() {} }]
  const WRONG = [
    { address: account.address, type: 'json-rpc', signTypedData() {} },
    { address: 'vitalik.eth', signTypedData() {} },
  ]
  for (const [number, given] of [...ACCOUNTS, ...WRONG].entries()) {
    test(`what is not an account (${number})`, () => assert.throws(() => fromAccount(given, options), refused))
  }
  for (const rpcUrl of [
    undefined,
    '',
    'node.test',
    'http://node.test',
    'ws://127.0.0.1',
    'https://a:b@node.test',
    'file:///etc',
  ]) {
    test(`${rpcUrl} as an address`, () => assert.throws(() => fromAccount(account, { ...options, rpcUrl }), refused))
  }
  for (const chainId of [undefined, 0, -1, 1.5, '8453', '0x2105', NaN, 8453n]) {
    test(`${chainId} as a chain`, () => assert.throws(() => fromAccount(account, { ...options, chainId }), refused))
  }
  test('nothing else: addresses may be URLs, and of this machine', () => {
    for (const rpcUrl of [new URL('https://node.test/key'), 'http://localhost:8545', 'http://[::1]:8545']) {
      assert.ok(fromAccount(account, { ...options, rpcUrl }).request)
    }
  })
})
