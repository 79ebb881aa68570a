// A Safe on the sandbox's chain, by Safe's own contracts.
import { createRequire } from 'node:module'
import { createWalletClient, encodeFunctionData, http, parseEventLogs, zeroAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { fund } from '../browser/contracts.mjs'

const require = createRequire(import.meta.url)
const artifact = (path) => require(`@safe-global/safe-smart-account/build/artifacts/contracts/${path}.json`)
const SINGLETON = artifact('SafeL2.sol/SafeL2')
const FACTORY = artifact('proxies/SafeProxyFactory.sol/SafeProxyFactory')
const HANDLER = artifact('handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler')

/** Deploys Safe's contracts; returns a function that opens a Safe of some owners, with five dollars in it. */
export async function deploySafe(sandbox) {
  const { client, rpcUrl, payer } = sandbox
  const account = privateKeyToAccount(payer.privateKey)
  const wallet = createWalletClient({ account, chain: client.chain, transport: http(rpcUrl) })
  const settle = async (sent) => client.waitForTransactionReceipt({ hash: await sent })
  const deploy = async ({ abi, bytecode }) => (await settle(wallet.deployContract({ abi, bytecode }))).contractAddress
  const singleton = await deploy(SINGLETON)
  const factory = await deploy(FACTORY)
  const handler = await deploy(HANDLER)
  let nonce = 0n

  /** @param handled whether the Safe has the fallback handler that answers for its signatures */
  return async function openSafe(owners, { threshold = owners.length, handled = true } = {}) {
    const answers = handled ? handler : zeroAddress
    const setup = encodeFunctionData({
      abi: SINGLETON.abi,
      functionName: 'setup',
      args: [owners, BigInt(threshold), zeroAddress, '0x', answers, zeroAddress, 0n, zeroAddress],
    })
    const { logs } = await settle(
      wallet.writeContract({
        address: factory,
        abi: FACTORY.abi,
        functionName: 'createProxyWithNonce',
        args: [singleton, setup, nonce++],
      }),
    )
    const [{ args }] = parseEventLogs({ abi: FACTORY.abi, logs, eventName: 'ProxyCreation' })
    return fund(sandbox, args.proxy)
  }
}
