// The official clients, set up as their documentation has it.
import { registerExactEvmScheme } from '@x402/evm/exact/client'
import { wrapFetchWithPayment as wrapSecond, x402Client } from '@x402/fetch'
import { createWalletClient, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { base } from 'viem/chains'
import { wrapFetchWithPayment as wrapFirst } from 'x402-fetch'

const account = privateKeyToAccount(generatePrivateKey())

export const first = wrapFirst(fetch, createWalletClient({ chain: base, transport: http(), account }))
export const second = wrapSecond(fetch, registerExactEvmScheme(new x402Client(), { signer: account }))
