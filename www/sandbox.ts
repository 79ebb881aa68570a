import type { Address, Config, Hex } from 'imagine-x402'

/** What `npm start` says about the local chain, token and seller behind this page. */
export interface Sandbox {
  apiUrl: string
  rpcUrl: string
  mediaUrl: string
  chainId: number
  token: Address
  payTo: Address
  payer: { address: Address; privateKey: Hex }
}

/** Stands here and not in dev-wallet.ts, which loads only with the sandbox. */
export const DEV_WALLET = 'dev-wallet.imagine-x402.localhost'

/** Without a sandbox the page is served as plain files, and this address answers 404. */
export async function findSandbox(): Promise<Sandbox | null> {
  const answer = await fetch('./sandbox.json', { cache: 'no-store' })
  const isJson = answer.headers.get('content-type')?.includes('json')
  return answer.ok && isJson ? await answer.json() as Sandbox : null
}

export function clientConfig(sandbox: Sandbox | null): Config {
  if (!sandbox) return {}
  return { baseUrl: sandbox.apiUrl, networks: [`eip155:${sandbox.chainId}`], payTo: [sandbox.payTo], pollInterval: 2000 }
}
