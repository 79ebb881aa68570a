import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { accounts } from './accounts.mjs'
import { startChild } from './child.mjs'

const CRATE = fileURLToPath(new URL('axum', import.meta.url))
const program = (name) => path.join(CRATE, 'target', 'debug', name)

/** Builds the seller and the facilitator in Rust; the first time it takes some minutes. */
export async function buildAxum() {
  const [code] = await once(spawn('cargo', ['build', '--quiet', '--locked'], { cwd: CRATE, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error('what is in Rust could not be built (sandbox/axum)')
}

/**
 * Starts the seller of x402-axum, which `buildAxum` has built, beside a sandbox whose facilitator it uses.
 * @param {Awaited<ReturnType<typeof import('./sandbox.mjs').startSandbox>>} sandbox
 * @param {1 | 2} version of x402
 * @param {'stock' | 'exposed'} [cors] tower-http's permissive layer, or one that exposes the headers of x402
 * @returns its `url`, and `stop`
 */
export function startAxum({ facilitatorUrl, payTo, mediaUrl }, version, cors = 'exposed') {
  return startChild('the Rust seller', [
    program('axum-seller'),
    String(version),
    facilitatorUrl,
    payTo,
    `${mediaUrl}/video.mp4`,
    cors,
  ])
}

/** The facilitator of x402-rs does not start without these contracts; payments by EIP-3009 use none of them. */
const WANTED = {
  erc6492Validator: '0xdAcD51A54883eb67D95FAEb2BBfdC4a9a6BD2a3B',
  permit2: '0x000000000022D473030F116dDEE9F6B43aC78BA3',
  permit2Proxy: '0x402085c248EeA27D92E8b30b2C58ed07f9E20001',
}

/** Starts the facilitator of x402-rs, which `buildAxum` has built, on the chain of a sandbox. */
export async function startRustFacilitator({ client, rpcUrl }) {
  // In place of each, code that stops at once.
  for (const address of Object.values(WANTED))
    await client.request({ method: 'anvil_setCode', params: [address, '0x00'] })
  return startChild('the Rust facilitator', [program('facilitator'), rpcUrl, accounts.facilitator.privateKey])
}
