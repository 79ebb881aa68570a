/**
 * `npm run sandbox`: a local Imagine. Prints one line of JSON on stdout once it is ready, and stays until it is
 * stopped.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ANSWERS } from '../sandbox/answers.mjs'
import { FAULTS } from '../sandbox/faults.mjs'
import { OptionError, checkOptions } from '../sandbox/options.mjs'
import { runScript, setup } from './setup.mjs'

const HELP = `Usage: npm run sandbox -- [options]

  --price <amount>   price of 8 seconds by the default model, such as 0.25 (default 1.00)
  --step-ms <ms>     how long one status of a task lasts (default 1000; a task has five before its end)
  --fail             tasks end in failed
  --chain-id <id>    8453 for Base, the default, or 84532 for Base Sepolia
  --token <name>     what the seller is paid in: usdc, the default, or eurc, on Base
  --x402 <version>   what the seller speaks: 1, the default, 2, both, or hybrid
  --fault <name>     what goes wrong, from the start
  --answers <name>   how tasks are told, from the start
  --json-limit <n>   bytes that a body of JSON may have before it is answered 413 (default 64 MB)
  --chain-ahead-s=<s>
                     seconds by which the chain's clock is ahead of this machine's; =-60 is a minute behind
  --models <list>    models that the 402 lists, by commas; a task of any other fails once it is paid
  --dialect <name>   imagine, the default, or clawdvine, whose body is flat and whose 402 describes no parameters
  --template-data <form>
                     any, the default, or text: as an object it is refused
  --factories <list> contracts, by commas, by which the facilitator of version 2 deploys smart accounts that pay
  --help             show this

Faults, which can also be switched at run time (sandbox/README.md):

${list(FAULTS)}

Answers, which can be switched as well:

${list(ANSWERS)}
`

function list(table) {
  return Object.entries(table)
    .map(([name, { says }]) => `  ${name.padEnd(22)} ${says}`)
    .join('\n')
}

const ARGUMENTS = {
  price: { type: 'string' },
  'step-ms': { type: 'string' },
  fail: { type: 'boolean' },
  'chain-id': { type: 'string' },
  token: { type: 'string' },
  x402: { type: 'string' },
  fault: { type: 'string' },
  answers: { type: 'string' },
  'json-limit': { type: 'string' },
  'chain-ahead-s': { type: 'string' },
  factories: { type: 'string' },
  models: { type: 'string' },
  dialect: { type: 'string' },
  'template-data': { type: 'string' },
  help: { type: 'boolean' },
}

let sandbox
let ending = false

function readOptions() {
  const { values } = parseArgs({ options: ARGUMENTS })
  if (values.help) return null
  const { token, x402, price, fail, fault, answers, dialect } = values
  const given = {
    token,
    x402,
    price,
    fail,
    fault,
    answers,
    dialect,
    stepMs: number(values['step-ms']),
    chainId: number(values['chain-id']),
    jsonLimit: number(values['json-limit']),
    chainAheadS: number(values['chain-ahead-s']),
    factories: values.factories?.split(','),
    models: values.models?.split(','),
    templateData: values['template-data'],
  }
  return checkOptions(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)))
}

function number(text) {
  return /^-?\d+$/.test(text) ? Number(text) : text
}

/** Ends the process. Anvil ends with it in any case; stopping first is the polite way. */
async function end(code, reason) {
  if (ending) return
  ending = true
  if (reason) console.error(reason)
  await sandbox?.stop().catch(console.error)
  process.exit(code)
}

/**
 * npm starts this through a shell and cannot pass a SIGKILL on: when shell or npm are gone, the end has come as well.
 */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return
  const first = lineage()
  setInterval(() => lineage() === first || end(1, 'npm is gone'), 200).unref()
}

/** Parent and grandparent; the latter only where there is a /proc. */
function lineage() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8')
    return `${process.ppid} ${/\) \S (\d+)/.exec(stat)[1]}`
  } catch {
    return String(process.ppid)
  }
}

async function main(options) {
  endWithNpm()
  await setup({ npm: true })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0))
  process.on('uncaughtException', (error) => end(1, error))
  const { startSandbox } = await import('../sandbox/sandbox.mjs')
  sandbox = await startSandbox(options)
  const { apiUrl, rpcUrl, chainId, token, payTo, payer, controlUrl } = sandbox
  console.log(JSON.stringify({ ready: true, apiUrl, rpcUrl, chainId, token, payTo, payer, controlUrl }))
  await end(1, (await sandbox.died).message)
}

try {
  const options = readOptions()
  if (options) await runScript(() => main(options))
  else console.log(HELP)
} catch (error) {
  if (!(error instanceof OptionError) && !error.code?.startsWith('ERR_PARSE_ARGS')) throw error
  console.error(`${error.message}\n\n${HELP}`)
  process.exitCode = 2
}
