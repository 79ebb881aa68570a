/**
 * `npm run bench`: measures, and decides nothing. `npm run bench -- memory` runs only the parts named.
 * What a whole run finds is written to `bench/`.
 */
import { parseArgs } from 'node:util'
import { runScript, setup } from './setup.mjs'

const HELP = `Usage: npm run bench -- [parts] [options]

  waiting         how soon a finished task is known, and by how many looks (six minutes)
  memory          what watched tasks and large pictures take of memory (five minutes)
  clients         what a page loads before it can pay, how soon it then pays and what that takes of the main thread,
                  compared with the official clients (half an hour)
  growth          how soon the wallet opens when the browser remembers few purchases or many (three minutes)

  --tasks <n>     so many tasks in waiting, for a quick try (default 1000); what that finds goes to artifacts/
  --rounds <n>    so many rounds in clients and growth, likewise (default 15)
  --help          show this
`

/** Imported only when they run: they need what set-up installs. */
const PARTS = {
  waiting: async (options) => (await import('../bench/waiting.mjs')).waiting(options),
  clients: async (options) => (await import('../bench/clients.mjs')).clients(options),
  growth: async (options) => (await import('../bench/growth.mjs')).growth(options),
  memory: async () => (await import('../bench/memory.mjs')).memory(),
}

function readOptions() {
  const options = { tasks: { type: 'string' }, rounds: { type: 'string' }, help: { type: 'boolean' } }
  const {
    values: { help, ...numbers },
    positionals,
  } = parseArgs({ allowPositionals: true, options })
  const unknown = positionals.filter((name) => !(name in PARTS))
  const wrong = Object.keys(numbers).filter((name) => !/^[1-9]\d{0,3}$/.test(numbers[name]))
  const usable = unknown.length === 0 && wrong.length === 0
  if (unknown.length > 0) console.error(`There is no part ${unknown.join(', ')}.\n`)
  for (const name of wrong) console.error(`--${name} takes a number from 1 to 9999.\n`)
  if (help || !usable) console.log(HELP)
  process.exitCode = usable ? 0 : 2
  return help || !usable ? null : { parts: positionals, options: numbersOf(numbers) }
}

const numbersOf = (texts) => Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]))

async function main({ parts, options }) {
  await setup({ npm: true, rust: true, chromium: true })
  const { build } = await import('./build.mjs')
  await build()
  for (const [name, part] of Object.entries(PARTS)) {
    if (parts.length === 0 || parts.includes(name)) await part(options)
  }
}

const chosen = readOptions()
if (chosen) await runScript(() => main(chosen))
