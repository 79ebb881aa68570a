import type { Address, Hex } from 'imagine-x402'

/** What `npm start` says about the local chain, token and seller behind this page. */
export interface Sandbox {
  apiUrl: string
  rpcUrl: string
  mediaUrl: string
  controlUrl: string
  chainId: number
  token: Address
  payTo: Address
  payer: { address: Address; privateKey: Hex }
}

/** The server that has a sandbox writes it into the page. */
export function readSandbox(): Sandbox | null {
  const about = document.querySelector<HTMLMetaElement>('meta[name=sandbox]')?.content
  return about ? (JSON.parse(about) as Sandbox) : null
}
