/**
 * `npm start`: builds the library, starts a local Imagine and serves the demo page, until it is stopped.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root, runScript, setup } from './setup.mjs'

const HELP = `Usage: npm start -- [options]

  --port <port>   where the page is served (default 8402, or the next free one)
  --help          show this
`

const ARGUMENTS = {
  port: { type: 'string', default: '8402' },
  help: { type: 'boolean' },
}

const parts = []
let ending = false

function readOptions() {
  const { values } = parseArgs({ options: ARGUMENTS })
  const port = Number(values.port)
  const usable = Number.isInteger(port) && port >= 0 && port < 65536
  if (!usable) console.error(`The port must be a number below 65536, not ${values.port}.\n`)
  if (values.help || !usable) console.log(HELP)
  process.exitCode = usable ? 0 : 2
  return values.help || !usable ? null : { port }
}

async function end(code, reason) {
  if (ending) return
  ending = true
  if (reason) console.error(reason)
  await Promise.allSettled(parts.map((part) => part.stop()))
  process.exit(code)
}

async function main({ port }) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0))
  await setup({ rust: true, npm: true })

  // Imported only now: these need what set-up installs.
  const { build } = await import('./build.mjs')
  const { buildPage } = await import('../www/build.mjs')
  const { servePage } = await import('../www/serve.mjs')
  const { startSandbox } = await import('../sandbox/sandbox.mjs')

  process.on('uncaughtException', (error) => end(1, error))
  await build()
  const dir = await buildPage({ outdir: path.join(root, 'build/page') })
  const sandbox = await startSandbox()
  parts.push(sandbox)
  const page = await servePage({ dir, sandbox, port })
  parts.push(page)

  console.log(
    `\n  The page is at ${page.url}\n\n  service  ${sandbox.apiUrl}\n  chain    ${sandbox.rpcUrl} (id ${sandbox.chainId})`,
  )
  console.log('\n  Everything is local and its money is worthless. Ctrl-C stops it.\n')
  await end(1, (await sandbox.died).message)
}

const options = readOptions()
if (options) await runScript(() => main(options))
