// What the tests of the wallets share: a browser, a node, and pages with wallets in them.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { launchChromium } from '../browser/chromium.mjs'
import { openPage } from '../browser/dapp.mjs'
import { stopServer } from '../browser/static-server.mjs'
import { createUser } from '../browser/user.mjs'
import { ACCOUNT, JSON_TEXT, KEY } from './authorization.mjs'

const CONFIG = { privateKeys: [KEY], chainId: 8453, knownChains: [1, 8453] }

/** @param defaults of every wallet's config on this stage */
export async function openStage(defaults = {}) {
  const browser = await launchChromium()
  const node = await startNode()
  const pages = []

  async function openWallets(configs, user = createUser()) {
    const wallets = configs.map((config) => ({ ...CONFIG, rpcUrl: node.url, ...defaults, ...config }))
    const page = await openPage(browser, node.url, { wallets, user })
    pages.push(page)
    const request = (method, params, rdns) => page.evaluate(requestInPage, { method, params, rdns })
    return {
      page,
      user,
      /** Asks `window.ethereum`, or the wallet announced under that name. */
      request,
      connect: (rdns) => request('eth_requestAccounts', undefined, rdns),
      sign: (data = JSON_TEXT, { from = ACCOUNT, rdns } = {}) => request('eth_signTypedData_v4', [from, data], rdns),
      announced: () => page.evaluate(announcedInPage),
      /**
       * What `window.ethereum` emits of these events, up to the last of them, after
       * `globalThis.__wallet[member](...args)`.
       */
      events: (names, member, ...args) => page.evaluate(eventsInPage, { names, member, args }),
      /** Calls a member of the first wallet's handle. */
      handle: (member, ...args) =>
        page.evaluate(({ member, args }) => globalThis.__wallet[member](...args), { member, args }),
      log: () => page.evaluate(() => globalThis.__wallet.log),
    }
  }

  return {
    node,
    openWallets,
    openWallet: (config = {}, user) => openWallets([config], user),
    closePages: () => Promise.all(pages.splice(0).map((page) => page.context().close())),
    async close() {
      await browser.close()
      await node.stop()
    },
  }
}

export const SEPOLIA = {
  chainId: '0x14a34',
  chainName: 'Base Sepolia',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: ['https://sepolia.base.org'],
  blockExplorerUrls: ['https://sepolia.basescan.org'],
}

export function assertError({ error, result }, { code, message }) {
  assert.ok(error, `expected an error, got ${JSON.stringify(result)}`)
  assert.deepEqual({ code: error.code, message: error.message }, { code, message })
}

async function requestInPage({ method, params, rdns }) {
  let provider = globalThis.ethereum
  const find = ({ detail }) => {
    if (detail.info.rdns === rdns) provider = detail.provider
  }
  if (rdns) {
    addEventListener('eip6963:announceProvider', find)
    dispatchEvent(new Event('eip6963:requestProvider'))
  }
  try {
    return { result: await provider.request({ method, params }) }
  } catch (error) {
    const { name, code, message, data } = error
    return { error: { name, code, message, data, isError: error instanceof Error } }
  }
}

function announcedInPage() {
  const details = []
  addEventListener('eip6963:announceProvider', ({ detail }) => details.push(detail))
  dispatchEvent(new Event('eip6963:requestProvider'))
  return details.map(({ info, provider }) => ({
    ...info,
    isMetaMask: provider.isMetaMask,
    isOnWindow: provider === globalThis.ethereum,
    isFirst: provider === details[0].provider,
  }))
}

async function eventsInPage({ names, member, args }) {
  const provider = globalThis.ethereum
  await provider.request({ method: 'eth_chainId' }) // the provider is initialised
  const events = []
  const allSeen = new Promise((resolve) => {
    for (const name of names) {
      provider.on(name, (value) => {
        const { code, message } = value ?? {}
        events.push([name, value instanceof Error ? { code, message } : value])
        if (events.length === names.length) resolve()
      })
    }
  })
  globalThis.__wallet[member](...args)
  await allSeen
  return events
}

/** A page for the wallets to live in and, for POST, a JSON-RPC node that knows three answers. */
async function startNode() {
  const requests = []
  const server = createServer(async (request, response) => {
    if (request.method === 'GET')
      return response.setHeader('content-type', 'text/html').end('<!doctype html><title>dapp</title>')
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const { id, method, params } = JSON.parse(Buffer.concat(chunks))
    requests.push({ method, params })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answerTo(method, params) }))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}/`, requests, stop: () => stopServer(server) }
}

function answerTo(method, params) {
  if (method !== 'eth_call') return { error: { code: -32005, message: 'limit exceeded' } }
  const reverts = params[0].data === REVERTS.data
  return reverts ? { error: { code: 3, message: 'execution reverted', data: REVERTS.reason } } : { result: '0x2a' }
}

/** A call that the node answers with a revert. */
export const REVERTS = { data: '0xdeadbeef', reason: `0x08c379a0${'00'.repeat(32)}` }
