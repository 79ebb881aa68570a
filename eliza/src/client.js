// One client per runtime, whose limits are bound when the plugin is registered: what changes the settings later changes
// no limit.
import { createClient } from 'imagine-x402'
import { fileStore, fromAccount } from 'imagine-x402/node'
import { privateKeyToAccount } from 'viem/accounts'
import { settingsOf } from './settings.js'

const clients = new WeakMap()

/** Binds the limits of a runtime. Rejects if a setting is missing or wrong, or the store cannot be read. */
export async function openClient(runtime) {
  const { privateKey, chainId, rpcUrl, budget, maxPrice, baseUrl, folder } = settingsOf(runtime)
  const client = createClient({
    wallet: fromAccount(privateKeyToAccount(privateKey), { rpcUrl, chainId }),
    networks: [`eip155:${chainId}`],
    storage: fileStore(folder),
    budget,
    maxPrice,
    baseUrl,
  })
  await client.budget()
  clients.set(runtime, client)
}

export const clientOf = (runtime) => clients.get(runtime)
