import { announceDevWallet } from './dev-wallet'
import type { Mode } from './mode'
import type { Sandbox } from './sandbox'
import { sandboxFaults } from './sandbox-faults'

/** The official x402 code and a real chain, all on this machine. */
export function sandboxMode(sandbox: Sandbox): Mode {
  announceDevWallet(sandbox)
  return {
    kind: 'sandbox',
    name: 'Local sandbox',
    truth: 'A real chain and the official x402 code, all on this machine. The money is worthless.',
    config: {
      baseUrl: sandbox.apiUrl,
      networks: [`eip155:${sandbox.chainId}`],
      payTo: [sandbox.payTo],
      pollInterval: 2000,
    },
    owns: (baseUrl) => baseUrl === sandbox.apiUrl,
    admits: () => true,
    rehearsal: sandboxFaults(sandbox),
    payer: sandbox.payer.address,
    manual: [
      ['RPC URL', sandbox.rpcUrl],
      ['Chain id', String(sandbox.chainId)],
      ['Test key (public)', sandbox.payer.privateKey],
    ],
  }
}
