/** The commands. */
import { readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { type Client, type Config, createClient, type GenerateRequest, type PricedQuote, type Task } from 'imagine-x402'
import { fileStore, fromAccount } from 'imagine-x402/node'
import { loadMcp } from '../chunks.js'
import { doctor } from '../doctor.js'
import { exitCodeOf, printed } from '../doctor-report.js'
import { accountOf } from './key.js'
import { type Output, UnsavedError } from './output.js'
import { type Options, UsageError } from './usage.js'

/** What a command is called with. */
export interface Call {
  subject: string | undefined
  options: Options
  output: Output
}

export const COMMANDS: Record<string, (call: Call) => Promise<void>> = {
  async generate(call) {
    const { options, output } = call
    const isLimited = options['max-price'] !== undefined || options.budget !== undefined
    if (options.yes && !isLimited) throw new UsageError('--yes needs a limit: --max-price, --budget, or both')
    if (!options.yes && !process.stdin.isTTY) {
      throw new UsageError('there is no terminal to ask on: pass --yes together with --max-price or --budget')
    }
    const request = await requestOf(call)
    const client = await clientOf(call, { confirm: options.yes ? undefined : confirm }, true)
    await finish(await client.submit(request), options, output)
  },

  async quote(call) {
    const quote = await (await clientOf(call)).quote(await requestOf(call))
    const { amount, symbol } = quote.price
    call.output.result(quote, `${amount} ${symbol}${'payTo' in quote ? ` to ${quote.payTo}` : ', and it has begun'}`)
  },

  async status(call) {
    const status = await (await clientOf(call)).status(needed(call, 'the id of a task'))
    const progress = 'progress' in status && status.progress !== null ? ` ${status.progress} %` : ''
    call.output.result(status, `${status.status}${progress}`)
  },

  async resume(call) {
    const { subject, options, output } = call
    const task = await (await clientOf(call)).resume(subject)
    if (task) await finish(task, options, output)
    else output.result(null, 'There is nothing to resume.')
  },

  async tasks(call) {
    const tasks = await (await clientOf(call)).tasks()
    const lines = tasks.map(({ id, step, paid }) => `${id}  ${step}  paid: ${paid}`)
    call.output.result(tasks, lines.join('\n') || 'There are no purchases.')
  },

  async balance(call) {
    const money = await (await clientOf(call, {}, true)).balance()
    call.output.result(money, `${money.amount} ${money.symbol}`)
  },

  doctor: examine,
  mcp: serveModel,
}

const SERVICE = 'https://eliza.getimagine.club'

/** Looks at a service as a page would. */
async function examine({ subject, options, output }: Call): Promise<void> {
  const { origin, media, task, service } = options
  const about = { origin, media, task, bodyLimit: options['body-limit'] }
  const report = await doctor(subject ?? service ?? SERVICE, about).catch((error: unknown) => {
    throw error instanceof TypeError ? new UsageError(error.message) : error
  })
  output.result(report, printed(report).trimEnd())
  output.exitCode = exitCodeOf(report)
}

/** Serves a model until its client goes away. */
async function serveModel(call: Call): Promise<void> {
  const { subject, options } = call
  if (subject !== undefined || options.json) throw new UsageError('the MCP server takes no subject and no --json')
  const { budget, 'max-price': maxPrice = DEFAULT_MAX_PRICE, 'ask-above': askAbove } = options
  if (budget === undefined) throw new UsageError('the MCP server needs --budget, such as 10/day: a model will spend it')
  const { serve, isAmount } = await loadMcp()
  for (const amount of [maxPrice, askAbove ?? maxPrice])
    if (!isAmount(amount)) throw new UsageError(`${amount} is not an amount such as 2.00`)
  const client = await clientOf(call, { maxPrice, onEvent: undefined }, true)
  await serve(client, { budget, maxPrice, askAbove })
}

/** The library's own default. */
const DEFAULT_MAX_PRICE = '5.00'

/** Waits for the video, and saves it. */
async function finish(task: Task, { out }: Options, output: Output): Promise<void> {
  const made = await task.wait({ onEvent: output.event })
  const { receipt } = made
  if (out !== undefined) await save(task, out)
  const paid = receipt ? `, paid ${receipt.amount.amount} ${receipt.amount.symbol}` : ''
  output.result(
    { ...made, ...(out !== undefined && { saved: out }) },
    `${out ?? made.video?.url ?? task.taskId}${paid}`,
  )
}

async function save(task: Task, out: string): Promise<void> {
  try {
    await writeFile(out, Buffer.from(await (await task.save()).arrayBuffer()))
  } catch (error) {
    const { message } = error as Error
    throw new UnsavedError(`the video is there, but was not saved: ${message}`, task.receipt ? 'yes' : 'no')
  }
}

async function clientOf({ options, output }: Call, more: Config = {}, needsKey = false): Promise<Client> {
  const chainId = Number(options.chain ?? 8_453)
  const account = await accountOf(options)
  if (needsKey && !account) throw new UsageError('no key: set IMAGINE_PRIVATE_KEY, or pass --keystore')
  const rpcUrl = options.rpc ?? (chainId === 84_532 ? 'https://sepolia.base.org' : 'https://mainnet.base.org')
  const given = {
    wallet: account && fromAccount(account, { rpcUrl, chainId }),
    storage: fileStore(options.folder ?? join(homedir(), '.imagine-x402')),
    networks: [`eip155:${chainId}` as const],
    baseUrl: options.service,
    maxPrice: options['max-price'],
    budget: budgetOf(options.budget),
    onEvent: output.event,
    ...more,
  }
  return createClient(given)
}

function budgetOf(text: string | undefined): Config['budget'] {
  if (text === undefined) return undefined
  const [amount = '', per = '', ...more] = text.split('/')
  if (more.length > 0) throw new UsageError('--budget takes an amount and a period, such as 10/day')
  return { amount, per: per as 'day' }
}

async function requestOf(call: Call): Promise<GenerateRequest> {
  const { model, duration, image, id } = call.options
  const picture = image === undefined ? undefined : await readFile(image).catch(({ message }) => message as string)
  if (typeof picture === 'string') throw new UsageError(picture)
  return {
    prompt: needed(call, 'a prompt'),
    videoModel: model,
    duration: duration === undefined ? undefined : Number(duration),
    image: picture,
    id,
  }
}

function needed({ subject }: Call, what: string): string {
  if (subject === undefined) throw new UsageError(`this command needs ${what}`)
  return subject
}

async function confirm({ price, payTo }: PricedQuote): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`Pay ${price.amount} ${price.symbol} to ${payTo}? [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
