// How deep the stack of the WebAssembly goes, whatever is asked and answered: the build gives it little, and nothing of
// it may ever overflow.
import assert from 'node:assert/strict'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, before, describe, test } from 'node:test'
import { privateKeyToAccount } from 'viem/accounts'
import { STACK_BYTES } from '../../scripts/build.mjs'
import { packLibrary } from '../browser/package.mjs'
import { startStubSeller } from '../browser/stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }
const PAINT = 0xa5
/** What any course may use; the rest is for what nobody thought of. */
const MOST = STACK_BYTES / 8

const signer = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const nested = (depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const base64 = (text) => Buffer.from(text).toString('base64')

/** A mock by need: no real wallet runs in Node, or gives signatures of any length. */
const walletOf = (answers) => ({
  async request({ method, params }) {
    const all = {
      eth_requestAccounts: [signer.address],
      eth_chainId: '0x2105',
      eth_call: `0x${'0'.repeat(56)}ffffffff`,
      eth_getBlockByNumber: { number: '0x1', timestamp: `0x${Math.floor(Date.now() / 1000).toString(16)}` },
      eth_getCode: '0x',
      ...answers,
    }
    return method === 'eth_signTypedData_v4' && !all[method] ? signer.signTypedData(JSON.parse(params[1])) : all[method]
  },
})

const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'
const OFFER = {
  scheme: 'exact',
  payTo: '0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96',
  maxTimeoutSeconds: 60,
  asset: USDC,
  extra: { name: 'USD Coin', version: '2' },
}
const first = {
  x402Version: 1,
  accepts: [{ ...OFFER, network: 'base', maxAmountRequired: '50000', resource: 'x', description: '', mimeType: '' }],
}
const second = {
  x402Version: 2,
  resource: { url: 'x' },
  accepts: [{ ...OFFER, network: 'eip155:8453', amount: '50000' }],
}
const within = (terms, depth) => JSON.stringify(terms).replace('"extra":{', `"extra":{"deep":${nested(depth)},`)

const priced = { status: 402, body: first }
const taken = { status: 202, body: { taskId: 't-1' } }
const finished = {
  status: 200,
  body: { taskId: 't-1', status: 'completed', result: { videoUrl: 'https://media.example/v.mp4' } },
}

let seller
let imagine
let memory

before(async () => {
  const { directory } = await packLibrary()
  seller = await startStubSeller()
  const { instantiate } = WebAssembly
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate.apply(WebAssembly, given)
    // Node's own `fetch` makes an instance too, of a module.
    if (made.instance) memory = Object.values(made.instance.exports).find((part) => part instanceof WebAssembly.Memory)
    return made
  }
  imagine = await import(pathToFileURL(path.join(directory, 'dist', 'index.js')).href)
  await imagine.init()
})
after(() => seller?.stop())

/** Buys with a painted stack, and gives how many bytes of it were used, and what came of it. */
async function depthOf({ answers, request, wallet }) {
  seller.answer({ probe: priced, paid: taken, status: finished, ...answers })
  // Nothing runs, so nothing of it is in use.
  new Uint8Array(memory.buffer).fill(PAINT, 0, STACK_BYTES)
  const options = { wallet: walletOf(wallet), baseUrl: seller.url, storage: 'memory' }
  const bought = imagine.submit({ prompt: 'A paper boat', ...request }, options)
  const outcome = await bought
    .then((task) => task.wait())
    .then(
      () => 'bought',
      ({ code }) => code,
    )
  const stack = new Uint8Array(memory.buffer, 0, STACK_BYTES)
  return { depth: STACK_BYTES - stack.findIndex((byte) => byte !== PAINT), outcome }
}

const png = () => {
  const bytes = new Uint8Array(20 << 20)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return bytes
}

const courses = {
  'a purchase': [{}, 'bought'],
  'a long prompt': [{ request: { prompt: '"\\\n😀'.repeat(20_000) } }, 'bought'],
  'nested fields': [{ request: { extra: JSON.parse(nested(3_000)) } }, 'bought'],
  'a large picture': [{ request: { image: png() } }, 'bought'],
  'a nested price': [{ answers: { probe: { ...priced, body: within(first, 1_000) } } }, 'bought'],
  'a price nested too deeply': [
    { answers: { probe: { ...priced, body: within(first, 5_000) } } },
    'no_acceptable_offer',
  ],
  'a nested price in a header': [
    { answers: { probe: { ...priced, headers: { 'payment-required': base64(within(second, 1_000)) } } } },
    'bought',
  ],
  'many offers': [
    { answers: { probe: { ...priced, body: { ...first, accepts: Array(100).fill(first.accepts[0]) } } } },
    'bought',
  ],
  'a contract that refuses a long signature': [
    { wallet: { eth_getCode: '0x6001', eth_signTypedData_v4: `0x${'ab'.repeat(50_000)}` } },
    'bad_signature',
  ],
  'nested answers to the payment and the look': [
    {
      answers: {
        paid: {
          status: 202,
          body: `{"taskId":"t-1","x":${nested(50_000)}}`,
          headers: { 'x-payment-response': base64(nested(1_000)) },
        },
        status: {
          status: 200,
          body: `{"taskId":"t-1","status":"completed","result":{"videoUrl":"https://media.example/v.mp4","x":${nested(50_000)}}}`,
        },
      },
    },
    'bought',
  ],
  'a lost answer to the payment': [{ answers: { paid: { status: 500 } } }, 'bought'],
}

describe('the stack of the WebAssembly', TIMEOUT, () => {
  for (const [name, [course, expected]] of Object.entries(courses)) {
    test(name, async (t) => {
      const { depth, outcome } = await depthOf(course)
      t.diagnostic(`${depth} of ${STACK_BYTES} bytes`)
      assert.equal(outcome, expected)
      assert.ok(depth > 0 && depth <= MOST, `${depth} bytes deep`)
    })
  }
})
