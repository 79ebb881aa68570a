import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { createPublicClient, defineChain, http } from 'viem'

/** What differs between the two chains, besides their id. */
export const NETWORKS = {
  8453: {
    network: 'base',
    caip2: 'eip155:8453',
    chainName: 'Base (sandbox)',
    tokens: {
      usdc: {
        address: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
        name: 'USD Coin',
        symbol: 'USDC',
        currency: 'USD',
      },
      eurc: { address: '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42', name: 'EURC', symbol: 'EURC', currency: 'EUR' },
    },
  },
  84532: {
    network: 'base-sepolia',
    caip2: 'eip155:84532',
    chainName: 'Base Sepolia (sandbox)',
    tokens: {
      usdc: { address: '0x036CbD53842c5426634e7929541eC2318f3dCF7e', name: 'USDC', symbol: 'USDC', currency: 'USD' },
    },
  },
}

/** Receipts are there at once on this chain, so look for them often. */
export const POLLING_INTERVAL = 20

// Anvil has to die with Node, even with a Node that was killed and could not clean up. The shell turns into anvil
// itself; before that it leaves a guard behind that reads file descriptor 3, whose other end is Node. A line means that
// all is well and the guard may go, the end of the file that Node is gone.
const LEASHED = '(read -r _ <&3 || kill -9 $$) >/dev/null 2>&1 & exec "$@" 3<&-'

/**
 * Starts anvil on a free port.
 * @param {number} chainId
 * @param {number} aheadS seconds by which its clock is ahead of this machine's
 * @returns `rpcUrl`, viem's `chain` and public `client`, `passTime`, `died` (an Error, should anvil end on its own),
 *   `stop`
 */
export async function startChain(chainId, aheadS = 0) {
  // Each transaction gets a block at once, and time goes on without any: the latest block is never older than on Base.
  const program = anvil()
  const args = [
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--chain-id',
    String(chainId),
    '--block-time',
    '2',
    '--mixed-mining',
  ]
  if (aheadS !== 0) args.push('--timestamp', String(Math.floor(Date.now() / 1000) + aheadS))
  // `detached`: a Ctrl-C in the terminal is for Node, which then stops anvil in good order.
  const child = spawn('/bin/sh', ['-c', LEASHED, 'sh', program, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const leash = child.stdio[3]
  leash.on('error', () => {}).resume()

  let stopping = false
  const exited = once(child, 'exit').then(([code, signal]) => {
    leash.end('\n')
    return signal ?? `exit code ${code}`
  })
  leash.once('close', () => child.kill('SIGKILL'))
  const errors = collect(child.stderr)
  const died = new Promise((resolve) => {
    exited.then((how) => stopping || resolve(new Error(`anvil ended (${how}): ${program}\n${errors()}`.trim())))
  })
  const stop = async () => {
    stopping = true
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 2000)
    await exited
    clearTimeout(timer)
  }

  const rpcUrl = await Promise.race([
    listening(child.stdout),
    died.then((error) => {
      throw error
    }),
  ])
  const chain = localChain(chainId, rpcUrl)
  const client = createPublicClient({ chain, transport: http(rpcUrl), pollingInterval: POLLING_INTERVAL })
  await client.request({ method: 'anvil_setLoggingEnabled', params: [false] })

  /** Lets seconds pass on the chain; all other clocks go on as they were. */
  async function passTime(seconds) {
    await client.request({ method: 'evm_increaseTime', params: [seconds] })
    await client.request({ method: 'evm_mine', params: [] })
  }

  return { rpcUrl, chain, client, passTime, died, stop }
}

/** A chain object of our own: the stock ones carry public RPC addresses, and nothing here may ever reach those. */
function localChain(id, rpcUrl) {
  return defineChain({
    id,
    name: NETWORKS[id].chainName,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
}

function anvil() {
  if (process.env.ANVIL) return process.env.ANVIL
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch]
  try {
    return createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${process.platform}-${architecture}/bin/anvil`)
  } catch {
    return 'anvil'
  }
}

/** Resolves to the RPC address that anvil prints, and goes on reading so that the pipe never fills. */
function listening(stdout) {
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const [, address] = /^Listening on (\S+)/.exec(line) ?? []
      if (address) resolve(`http://${address}`)
    })
  })
}

function collect(stream) {
  let text = ''
  stream.setEncoding('utf8').on('data', (part) => {
    text = (text + part).slice(-2000)
  })
  return () => text
}
