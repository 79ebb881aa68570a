// Agents: programs of their own that buy from the sandbox by a key, and are killed.
import { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { entry } from './places.mjs'
import { run } from './program.mjs'

export let sandbox

/** A sandbox for all tests of a file. */
export function useSandbox(options) {
  before(async () => {
    sandbox = await startSandbox({ stepMs: 100, ...options })
  })
  after(() => sandbox.stop())
}

const PRELUDE = `
  import * as imagine from ${JSON.stringify(entry('index'))}
  import { fromAccount } from ${JSON.stringify(entry('node'))}
  import { privateKeyToAccount } from 'viem/accounts'
  const { request, baseUrl, rpcUrl, chainId, privateKey, limits } = argument
  const account = privateKeyToAccount(privateKey)
  const wallet = fromAccount(account, { rpcUrl, chainId })
  const onEvent = (event) => say({ event: event.type, status: event.status?.status, reason: event.reason })
  const networks = ['eip155:' + chainId]
  const client = imagine.createClient({ baseUrl, wallet, networks, storage: store, pollInterval: 2_000, onEvent, ...limits })
  /** Says what an error tells, or what came of a call. */
  const tell = async (call) => {
    try {
      const made = await call
      say({ taskId: made?.taskId, receipt: made?.receipt, video: made?.video?.url })
    } catch ({ code, paid, retry, message, details }) {
      say({ code, paid, retry, message, details })
    }
  }`

/** Runs code of an agent, with `client`, `request` and what a program has. */
export function agent(code, folder, { request, limits, payer = sandbox.payer, ...options } = {}) {
  const { apiUrl: baseUrl, rpcUrl, chainId } = sandbox
  const { privateKey } = payer
  const argument = {
    request: { prompt: 'A paper boat on a neon river', ...request },
    baseUrl,
    rpcUrl,
    chainId,
    privateKey,
    limits,
  }
  return run(`${PRELUDE}\n${code}`, folder, { argument, ...options })
}

export const BUY = 'await tell(client.generate(request))'
export const RESUME = 'const task = await client.resume(request.id); await tell(task ? task.wait() : null)'

/** What an agent says at its end. */
export async function outcomeOf(program) {
  await program.over
  return program.lines.at(-1)
}

/** Waits for what can only be polled. */
export async function until(condition) {
  while (!(await condition())) await sleep(20)
}
