/** The arguments of the command line. */
import { parseArgs } from 'node:util'

export const HELP = `Usage: imagine-x402 <command> [options]

  generate "prompt"   asks for the price, pays, waits, and saves the video
  quote "prompt"      asks for the price; needs no key
  status ID           polls a task once; needs no key
  resume [ID]         takes a purchase up that was interrupted: a payment that was signed is sent,
                      and nothing is signed
  tasks               lists the purchases
  forget ID           deletes the record of a purchase that is over, or cannot be read
  balance             the USDC of the account
  mcp                 serves a model on stdin and stdout (MCP), within --budget
  doctor [URL]        what works with a service, and what a page should set; pays nothing and
                      needs no key. Exit code 0 where a page can buy directly, else 1

What is made:
  --model NAME  --duration SECONDS  --image FILE
  --id ID             names the purchase: a second call with it pays nothing again
  --out FILE          where the video is saved
What it may cost:
  --max-price 2.00    the most for one video (default 5.00)
  --budget 10/day     the most for all purchases in any hour, day or week
  --ask-above 2.00    mcp: the user is asked above this price, by the model's client
  --yes               does not ask; only together with --max-price or --budget
Who pays:
  IMAGINE_PRIVATE_KEY in the environment, or
  --keystore FILE     an encrypted key (Web3 Secret Storage); its password is asked for,
  --password-file FILE  or read from a file
Where:
  --folder FOLDER     purchases (default ~/.imagine-x402)
  --chain 8453  --rpc https://mainnet.base.org  --service https://eliza.getimagine.club
What the doctor looks at:
  --origin https://my.app   the page that is going to buy
  --media URL         a video of the service   --task ID  a task that it should know
  --body-limit        how long a body may be: sends up to 32 MiB
Output:
  --json              lines of JSON: events, then the result or the error

Exit codes: 0 done · 1 failed, nothing was paid · 2 wrong usage · 3 failed, it is unknown whether
it was paid: resume · 4 failed, and it was paid.

Examples:
  imagine-x402 generate "A paper boat on a neon river" --out boat.mp4
  imagine-x402 generate "A moth" --yes --max-price 1.50 --budget 10/day --json
  imagine-x402 resume --keystore key.json
  imagine-x402 mcp --budget 10/day --max-price 5.00 --ask-above 2.00
  imagine-x402 doctor https://seller.example --origin https://my.app
`

const TEXT = { type: 'string' } as const
const SWITCH = { type: 'boolean' } as const

const OPTIONS = {
  model: TEXT,
  duration: TEXT,
  image: TEXT,
  id: TEXT,
  out: TEXT,
  'max-price': TEXT,
  budget: TEXT,
  'ask-above': TEXT,
  yes: SWITCH,
  keystore: TEXT,
  'password-file': TEXT,
  folder: TEXT,
  chain: TEXT,
  rpc: TEXT,
  service: TEXT,
  origin: TEXT,
  media: TEXT,
  task: TEXT,
  'body-limit': SWITCH,
  json: SWITCH,
  help: SWITCH,
}

export type Options = ReturnType<typeof read>['values']

/** What was called wrongly. Nothing was sent. */
export class UsageError extends Error {}

const read = (args: string[]) => parseArgs({ args, options: OPTIONS, allowPositionals: true })

/** Reads the arguments: a command, what it is about, and options. */
export function parse(args: string[]): { command: string | undefined; subject: string | undefined; options: Options } {
  try {
    const { values: options, positionals } = read(args)
    const [command, subject, ...more] = positionals
    if (more.length > 0) throw new UsageError(`too many arguments: ${more.join(' ')} (put the prompt in quotes)`)
    return { command, subject, options }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
