// The crate by itself, without the facade: what `wasm-bindgen` makes of it, in Node.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { privateKeyToAccount } from 'viem/accounts'
import { ROOT } from '../browser/package.mjs'

const at = (file) => join(ROOT, 'build', 'core', file)

/** The functions that the crate exports. */
export async function openCrate() {
  const { begin, imports, ...crate } = await import(pathToFileURL(at('core.js')).href)
  const { instance } = await WebAssembly.instantiate(await readFile(at('core.wasm')), imports())
  begin(instance)
  return crate
}

/** A store of a page's own: a `Store` as `api.d.ts` has it, over a map. */
export function openStore() {
  const records = new Map()
  const list = async ({ since = 0 } = {}) => [...records.values()].filter(({ order }) => order.createdAt >= since)
  return {
    records,
    hold: async () => ({ release() {}, everywhere: true }),
    read: async (id) => records.get(id),
    list,
    update: async (id, since, change) => {
      const record = change(records.get(id), since === undefined ? [] : await list({ since }))
      if (record) records.set(id, record)
      else records.delete(id)
    },
  }
}

/**
 * An EIP-1193 provider over the node of a sandbox, whose payer signs.
 * @param {{ account?: string, wrap?: (signature: string) => string }} [contract] the smart account that pays, and what its
 *   own app makes of its owner's signature
 */
export function openWallet(sandbox, { account, wrap = (signature) => signature } = {}) {
  const owner = privateKeyToAccount(sandbox.payer.privateKey)
  const own = {
    eth_requestAccounts: () => [account ?? owner.address],
    eth_accounts: () => [account ?? owner.address],
    eth_signTypedData_v4: async ([, text]) => {
      const { domain, types, primaryType, message } = JSON.parse(text)
      return wrap(await owner.signTypedData({ domain, types, primaryType, message }))
    },
  }
  const asked = []
  const request = async ({ method, params }) => {
    asked.push(method)
    return own[method] ? own[method](params) : sandbox.client.request({ method, params })
  }
  return { asked, request }
}

/** What a seller asks for: 1.40 USDC. */
export const OFFER = {
  scheme: 'exact',
  network: 'base',
  maxAmountRequired: '1400000',
  asset: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
  payTo: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  resource: 'https://seller.test/generation/create',
  description: '',
  mimeType: 'application/json',
  maxTimeoutSeconds: 60,
  extra: { name: 'USD Coin', version: '2' },
}

/** What a call of the crate fails with. */
export const failureOf = (call) =>
  call.then(
    (value) => Promise.reject(new Error(`it did not fail, but gave ${JSON.stringify(value)}`)),
    (failure) => failure,
  )
