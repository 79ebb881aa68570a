// Payments that the library has made, as sellers receive them.
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { EURC } from '../browser/assets.mjs'
import { BY_SWITCH, LONG, PROXY, deploy, plan, switchOn, wrapping } from '../browser/contracts.mjs'
import { openCrate, openStore, openWallet } from '../crate/crate.mjs'

/** Whose signature is neither that of a key nor of its length. */
async function bySmartAccount(sandbox) {
  const account = await deploy(sandbox, BY_SWITCH)
  await switchOn(sandbox, account)
  return { account, wrap: () => LONG }
}

/** Whose signature also says how it is deployed (ERC-6492). */
async function byPlannedAccount(sandbox) {
  const planned = await plan(sandbox)
  const { before, between, after } = wrapping(planned)
  return { account: planned.address, wrap: (signature) => before + signature.slice(2) + between + after }
}

/** By name: the sandbox whose seller is paid, the options of the call, and who pays if not a plain account. */
const PURCHASES = {
  'version 1': { sandbox: { x402: 1 } },
  'version 1 in EURC': { sandbox: { x402: 1, token: 'eurc' }, options: { assets: [EURC] } },
  'version 1 from a smart account': { sandbox: { x402: 1 }, payer: bySmartAccount },
  'version 2': { sandbox: { x402: 2 } },
  'version 2 on Base Sepolia': { sandbox: { x402: 2, chainId: 84532 }, options: { networks: ['eip155:84532'] } },
  'version 2 from a smart account': { sandbox: { x402: 2 }, payer: bySmartAccount },
  'version 2 from a smart account that is not deployed': {
    sandbox: { x402: 2, factories: [PROXY] },
    options: { undeployed: 'send' },
    payer: byPlannedAccount,
  },
}

export const KINDS = Object.keys(PURCHASES)

/** Buys in each way, and returns by name the header that each seller was paid with. */
export async function payments() {
  const crate = await openCrate()
  const paid = await Promise.all(KINDS.map(async (kind) => [kind, await pay(crate, PURCHASES[kind])]))
  return Object.fromEntries(paid)
}

async function pay(crate, { sandbox: given, options, payer = () => ({}) }) {
  const sandbox = await startSandbox(given)
  try {
    const wallet = openWallet(sandbox, await payer(sandbox))
    const all = { baseUrl: sandbox.apiUrl, wallet, storage: openStore(), maxPrice: '2.00', ...options }
    await crate.submit({ prompt: 'A paper boat 🛶' }, all)
    return sandbox.requests.find(({ paid }) => paid).payment
  } finally {
    await sandbox.stop()
  }
}

/** What a header says. */
export const decode = (header) => JSON.parse(Buffer.from(header, 'base64').toString())
