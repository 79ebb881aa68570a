import { createRequire } from 'node:module'
import { registerExactEvmScheme } from '@x402/evm/exact/client'
import { wrapFetchWithPayment as wrapFetch2, x402Client } from '@x402/fetch'
import { createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { wrapFetchWithPayment as wrapFetch1 } from 'x402-fetch'

const { dependencies } = createRequire(import.meta.url)('./package.json')

const named = (name, wrap) => ({ name: `${name} ${dependencies[name]}`, wrap })

/** The official clients, set up as their documentation has it; each makes a `fetch` that pays. */
export const clients = [
  named('x402-fetch', ({ chain, rpcUrl, signer }) => {
    return wrapFetch1(fetch, createWalletClient({ chain, transport: http(rpcUrl), account: signer }), 5_000_000n)
  }),
  // Registered for both versions of x402; the sandbox speaks the first unless told otherwise.
  named('@x402/fetch', ({ signer }) => {
    const client = new x402Client().setSpendControls({ maxAmountPerPayment: '$5' })
    return wrapFetch2(fetch, registerExactEvmScheme(client, { signer }))
  }),
]

/** The payer's key as an account that counts how often it is asked to sign. */
export function countingSigner({ privateKey }) {
  const account = privateKeyToAccount(privateKey)
  const signer = {
    ...account,
    asked: 0,
    signTypedData(message) {
      signer.asked += 1
      return account.signTypedData(message)
    },
  }
  return signer
}
