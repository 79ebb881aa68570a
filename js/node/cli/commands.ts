/** The commands. */
import { constants } from 'node:fs'
import { access, readFile, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { type Client, type Config, createClient, type GenerateRequest, type PricedQuote, type Task } from 'imagine-x402'
import { fileStore, fromAccount } from 'imagine-x402/node'
import { loadMcp } from '../chunks.js'
import { doctor } from '../doctor.js'
import { exitCodeOf, printed } from '../doctor-report.js'
import { accountOf } from './key.js'
import { type Output, UNKNOWN, UnsavedError } from './output.js'
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
    if (options.out !== undefined) await checkOut(options.out)
    const request = await requestOf(call)
    const client = await clientOf(call, { confirm: options.yes ? undefined : confirm }, true)
    await finish(await client.submit(request), options, output)
  },

  async quote(call) {
    const quote = await (await clientOf(call)).quote(await requestOf(call))
    const { amount, symbol } = quote.price
    await call.output.result(
      quote,
      `${amount} ${symbol}${'payTo' in quote ? ` to ${quote.payTo}` : ', and it has begun'}`,
    )
  },

  async status(call) {
    const status = await (await clientOf(call)).status(needed(call, 'the id of a task'))
    const progress = 'progress' in status && status.progress !== null ? ` ${status.progress} %` : ''
    await call.output.result(status, `${status.status}${progress}`)
  },

  async resume(call) {
    const { subject, options, output } = call
    const client = await clientOf(call)
    const task = await client.resume(subject)
    if (task) return finish(task, options, output)
    if (subject !== undefined) throw new UsageError(`there is no purchase ${subject} that was paid`)
    const open = (await client.tasks({ unfinished: true })).map(({ id }) => id)
    if (open.length > 0) output.exitCode = UNKNOWN
    await output.result(
      null,
      open.length === 0 ? 'There is nothing to resume.' : `These purchases cannot be taken up: ${open.join(', ')}`,
    )
  },

  async tasks(call) {
    const tasks = await (await clientOf(call)).tasks()
    const lines = tasks.map(({ id, step, paid }) => `${id}  ${step}  paid: ${paid}`)
    await call.output.result(tasks, lines.join('\n') || 'There are no purchases.')
  },

  async forget(call) {
    const id = needed(call, 'the id of a purchase')
    await (await clientOf(call)).forget(id)
    await call.output.result(null, `${id} is forgotten.`)
  },

  async balance(call) {
    const money = await (await clientOf(call, {}, true)).balance()
    await call.output.result(money, `${money.amount} ${money.symbol}`)
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
  await output.result(report, printed(report).trimEnd())
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
  const money = receipt ? 'yes' : 'no'
  if (out !== undefined) await save(task, out)
  const paid = receipt ? `, paid ${receipt.amount.amount} ${receipt.amount.symbol}` : ''
  await output.result(
    { ...made, ...(out !== undefined && { saved: out }) },
    `${out ?? made.video?.url ?? task.taskId}${paid}`,
    money,
  )
}

/** Before anything is paid. */
async function checkOut(out: string): Promise<void> {
  const isFolder = await stat(out).then(
    (found) => found.isDirectory(),
    () => out === '',
  )
  if (isFolder) throw new UsageError(`--out takes a file, and ${out || 'nothing'} is none`)
  await access(dirname(resolve(out)), constants.W_OK).catch(({ message }) => {
    throw new UsageError(`--out: ${message}`)
  })
}

async function save(task: Task, out: string): Promise<void> {
  try {
    await writeFile(out, Buffer.from(await (await task.save()).arrayBuffer()))
  } catch (error) {
    const { message } = error as Error
    const again = `run \`imagine-x402 resume ${task.taskId} --out FILE\``
    throw new UnsavedError(`the video is there, but was not saved: ${message}; ${again}`, task.receipt ? 'yes' : 'no')
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
