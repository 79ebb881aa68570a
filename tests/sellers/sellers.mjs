// Sellers of many makers. Each runs beside a sandbox, whose chain, token and (unless it has its own) facilitator it
// uses.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { accounts } from '../../sandbox/accounts.mjs'
import { buildAxum, startAxum, startRustFacilitator } from '../../sandbox/axum.mjs'
import { startChild } from '../../sandbox/child.mjs'
import { installNode, installPython } from './install.mjs'
import { PAYERS, PLAIN } from './purchase.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const file = (...names) => path.join(HERE, ...names)

/** The headers that a seller must expose to pages. */
const EXPOSED = 'PAYMENT-REQUIRED,PAYMENT-RESPONSE,X-PAYMENT-RESPONSE'

/** Starts a seller or a facilitator beside a sandbox, with its settings as environment variables. */
const start = (command, { facilitatorUrl, rpcUrl, payTo, mediaUrl }, cors) =>
  startChild(path.relative(HERE, command[1]), command, {
    env: {
      ...process.env,
      EXPOSED: cors === 'exposed' ? EXPOSED : '',
      FACILITATOR_KEY: accounts.facilitator.privateKey,
      FACILITATOR_URL: facilitatorUrl,
      PAY_TO: payTo,
      RPC_URL: rpcUrl,
      VIDEO_URL: `${mediaUrl}/video.mp4`,
    },
  })

/** With stock CORS, a page cannot see the terms of version 2. */
const UNSEEN = { blind: 'bad_response' }

/** The sandbox's own seller, whose middleware is official. */
const inSandbox = (x402) => ({
  sandbox: { x402 },
  payers: Object.keys(PAYERS),
  async start(sandbox, cors) {
    if (cors === 'stock') sandbox.fault('cors-unexposed')
    return { url: sandbox.apiUrl, stop() {} }
  },
})

const axum = (version) => ({
  install: buildAxum,
  payers: Object.keys(PAYERS),
  start: (sandbox, cors) => startAxum(sandbox, version, cors),
})

const node = (name, ...args) => ({
  install: installNode,
  payers: [PLAIN],
  start: (sandbox, cors) => start([process.execPath, file('node', name), ...args], sandbox, cors),
})

/** A seller with a facilitator other than the sandbox's. */
const withFacilitator = (startFacilitator, seller) => ({
  ...seller,
  async start(sandbox, cors) {
    const facilitator = await startFacilitator(sandbox)
    const around = { ...sandbox, facilitatorUrl: facilitator.url }
    const shop = await seller.start(around, cors).catch(async (error) => {
      await facilitator.stop()
      throw error
    })
    const stop = async () => {
      await shop.stop()
      await facilitator.stop()
    }
    return { url: shop.url, stop }
  },
})

/** A seller of PyPI's x402, with the facilitator of 2.25.0. */
const python = (name, version) =>
  withFacilitator((sandbox) => start([installPython(2), file('python', 'facilitator.py')], sandbox), {
    install() {
      installPython(version)
      installPython(2)
    },
    payers: [PLAIN],
    start: (sandbox, cors) => start([installPython(version), file('python', name)], sandbox, cors),
  })

/**
 * By name: `install` gets what the seller is made of, `sandbox` are the options of the sandbox beside it, `start`
 * starts it, and `payers` are the accounts that it is tried with. `blind` is the code of the error that a page gets
 * with stock CORS; sellers without it are paid even so.
 */
export const SELLERS = {
  'x402-express 1.2.0': inSandbox(1),
  '@x402/express 2.27.0': { ...inSandbox(2), ...UNSEEN },
  'both of them on one address': inSandbox('both'),
  'the hybrid that the sister service documents (ours)': inSandbox('hybrid'),
  'x402-axum 2.0.2, version 1': axum(1),
  'x402-axum 2.0.2, version 2': axum(2),
  'x402-axum 2.0.2, version 1, with the facilitator of x402-rs 2.0.2': withFacilitator(startRustFacilitator, axum(1)),
  'x402-axum 2.0.2, version 2, with the facilitator of x402-rs 2.0.2': withFacilitator(startRustFacilitator, axum(2)),
  'x402-hono 1.1.0': node('x402-hono-v1.mjs'),
  '@x402/hono 2.27.0': { ...node('x402-hono-v2.mjs'), ...UNSEEN },
  'x402-next 1.2.0': { ...node('next.mjs', file('next-v1')), blind: 'payment_rejected' },
  '@x402/next 2.25.0': { ...node('next.mjs', file('next-v2')), ...UNSEEN },
  'Faremeter 0.22.0, version 1, with its own facilitator': node('faremeter.mjs', '1'),
  'Faremeter 0.22.0, version 2, with its own facilitator': { ...node('faremeter.mjs', '2'), ...UNSEEN },
  '@dexterai/x402 2.0.0, its facilitator replaced by ours': { ...node('dexter.mjs'), ...UNSEEN },
  'thirdweb 5.121.6, its hosted facilitator replaced by ours': { ...node('thirdweb.mjs'), ...UNSEEN },
  'PyPI x402 1.0.0 for FastAPI, with the facilitator of 2.25.0': python('fastapi_v1.py', 1),
  'PyPI x402 1.0.0 for Flask, with the facilitator of 2.25.0': { ...python('flask_v1.py', 1), blind: 'network' },
  'PyPI x402 2.25.0 for FastAPI, with its own facilitator': { ...python('fastapi_v2.py', 2), ...UNSEEN },
  'PyPI x402 2.25.0 for Flask, with its own facilitator': { ...python('flask_v2.py', 2), blind: 'network' },
}

/** Installs and builds what the sellers need. */
export async function install() {
  for (const step of new Set(Object.values(SELLERS).map(({ install }) => install))) await step?.()
}
