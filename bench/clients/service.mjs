import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { privateKeyToAccount } from 'viem/accounts'
import { stopServer } from '../../tests/browser/static-server.mjs'

const TYPES = { html: 'text/html', js: 'text/javascript; charset=utf-8', wasm: 'application/wasm' }

/** Under these the clock of a page is fine to five microseconds. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

const signer = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const PAY_TO = '0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96'
const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'
/** $0.05: within what every client pays unless told otherwise. */
const PRICE = '50000'

/**
 * What a seller takes for its price who is not on this machine: a request over a good line, and what the seller has to
 * do for it.
 */
export const FAR_MS = 80

const PAGE = { '/': 'page.html', '/page.js': 'page.js', '/wasm.js': '../wasm.js' }

/** The files of the page itself, by address. */
export async function readPage() {
  const files = Object.entries(PAGE).map(async ([address, name]) => [
    address,
    await readFile(new URL(name, import.meta.url)),
  ])
  return Object.fromEntries(await Promise.all(files))
}

/**
 * The page with all that it loads, held in memory; a seller that takes every payment, of version 1 under `/v1` and of
 * version 2 under `/v2`, and under `/far` the same with its price after a while; all of its tasks are completed; and
 * the key of the page's wallet.
 */
export async function startService(files) {
  let tasks = 0
  const server = createServer(async (request, response) => {
    const give = (status, headers, body = '') => response.writeHead(status, { ...ISOLATED, ...headers }).end(body)
    const body = await textOf(request)
    const [, far, version] = /^(\/far)?\/v([12])\/generation\/create$/.exec(request.url) ?? []
    if (request.url === '/sign') return give(200, {}, await signer.signTypedData(JSON.parse(body)))
    if (far && !isPaid(request)) await setTimeout(FAR_MS)
    if (version) return give(...answer(version, isPaid(request) && `task-${tasks++}`))
    if (STATUS.test(request.url)) return give(200, JSON_TYPE, COMPLETED)
    const file = files[request.url]
    if (file === undefined) return give(404, {})
    give(200, { 'content-type': TYPES[request.url.split('.')[1] ?? 'html'] }, file)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => stopServer(server) }
}

async function textOf(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const isPaid = ({ headers }) => 'x-payment' in headers || 'payment-signature' in headers

const STATUS = /\/generation\/task-\d+\/status$/
const VIDEO = { url: 'http://127.0.0.1/video.mp4' }
const COMPLETED = JSON.stringify({ status: 'completed', result: { generation: { video: VIDEO } } })

const JSON_TYPE = { 'content-type': 'application/json' }
const header = (value) => Buffer.from(JSON.stringify(value)).toString('base64')

function answer(version, taskId) {
  const { paid, terms } = VERSIONS[version]
  return taskId
    ? [202, { ...JSON_TYPE, ...paid }, JSON.stringify({ taskId, status: 'queued' })]
    : [402, { ...JSON_TYPE, ...terms.headers }, terms.body]
}

const OFFER = {
  scheme: 'exact',
  payTo: PAY_TO,
  maxTimeoutSeconds: 60,
  asset: USDC,
  extra: { name: 'USD Coin', version: '2' },
}
const RESOURCE = { description: 'A video', mimeType: 'application/json' }
const ADDRESS = 'http://127.0.0.1/generation/create'
const receipt = (network) =>
  header({ success: true, transaction: `0x${'ab'.repeat(32)}`, network, payer: signer.address })

/** As the official sellers of each answer. */
const VERSIONS = {
  1: {
    terms: {
      headers: {},
      body: JSON.stringify({
        x402Version: 1,
        error: 'X-PAYMENT header is required',
        accepts: [{ ...OFFER, ...RESOURCE, network: 'base', maxAmountRequired: PRICE, resource: ADDRESS }],
      }),
    },
    paid: { 'x-payment-response': receipt('base') },
  },
  2: {
    terms: {
      headers: {
        'payment-required': header({
          x402Version: 2,
          error: 'Payment required',
          resource: { ...RESOURCE, url: ADDRESS },
          accepts: [{ ...OFFER, network: 'eip155:8453', amount: PRICE }],
        }),
      },
      body: '{}',
    },
    paid: { 'payment-response': receipt('eip155:8453') },
  },
}
