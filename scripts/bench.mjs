/**
 * `npm run bench`: measures, and decides nothing. `npm run bench -- memory` runs only the parts named.
 * What a whole run finds is written to `bench/`.
 */
import { parseArgs } from 'node:util'
import { runScript, setup } from './setup.mjs'

const HELP = `Usage: npm run bench -- [parts] [options]

  waiting         how soon a finished task is known, and by how many looks (six minutes)
  memory          what watched tasks and large pictures take of memory (five minutes)
  clients         what a page loads before it can pay, and how soon it then pays, beside the official clients (ten minutes)

  --tasks <n>     so many tasks in waiting, for a quick try (default 1000); what that finds goes to artifacts/
  --help          show this
`

/** Imported only when they run: they need what set-up installs. */
const PARTS = {
  waiting: async (options) => (await import('../bench/waiting.mjs')).waiting(options),
  clients: async () => (await import('../bench/clients.mjs')).clients(),
  memory: async () => (await import('../bench/memory.mjs')).memory(),
}

function readOptions() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { tasks: { type: 'string' }, help: { type: 'boolean' } } })
  const unknown = positionals.filter((name) => !(name in PARTS))
  const usable = unknown.length === 0 && (values.tasks === undefined || /^[1-9]\d{0,3}$/.test(values.tasks))
  if (!usable) console.error(unknown.length > 0 ? `There is no part ${unknown.join(', ')}.\n` : '--tasks takes a number from 1 to 9999.\n')
  if (values.help || !usable) console.log(HELP)
  process.exitCode = usable ? 0 : 2
  return values.help || !usable ? null : { parts: positionals, options: values.tasks ? { tasks: Number(values.tasks) } : {} }
}

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
