import { createRequire } from 'node:module'
import path from 'node:path'
import { createTestClient, http } from 'viem'

const require = createRequire(import.meta.url)

// viem has the code, but exports it to nobody.
const { multicall3Bytecode } = require(path.join(path.dirname(require.resolve('viem')), 'constants/contracts.js'))

/** Where it is on every chain. */
const ADDRESS = '0xcA11bde05977b3631167028862bE2a173976CA11'

/**
 * Puts Multicall3 where Base has it: the official facilitator of version 2 asks it why a payment cannot be settled.
 * @param {Awaited<ReturnType<typeof import('./chain.mjs').startChain>>} chain
 */
export async function installMulticall({ chain, rpcUrl, client }) {
  const { data: bytecode } = await client.call({ data: multicall3Bytecode })
  await createTestClient({ mode: 'anvil', chain, transport: http(rpcUrl) }).setCode({ address: ADDRESS, bytecode })
}
