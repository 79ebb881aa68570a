/** The command line, `npx imagine-x402`. */
import { COMMANDS } from './cli/commands.js'
import { Output } from './cli/output.js'
import { HELP, parse, UsageError } from './cli/usage.js'

async function main(args: string[]): Promise<number> {
  let output = new Output(false)
  try {
    const { command, subject, options } = parse(args)
    // Its stdout is the protocol's.
    output = new Output(options.json === true && command !== 'mcp')
    const run = command !== undefined && Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
    if (options.help || command === undefined) {
      process.stdout.write(HELP)
      return options.help ? 0 : 2
    }
    if (!run) throw new UsageError(`there is no command ${command}`)
    await run({ subject, options, output })
    return output.exitCode
  } catch (error) {
    if (!(error instanceof UsageError)) return output.error(error)
    return output.misuse(error.message)
  }
}

// A reader may have closed them: what was begun goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
// Node would end with 1, which says that nothing was paid.
process.on('uncaughtException', (error) => process.exit(new Output(false).error(error)))

// The library may still look for the transaction of a receipt, which nobody waits for.
process.exit(await main(process.argv.slice(2)))
