/** The command line, `npx imagine-x402`. */
import { COMMANDS } from './cli/commands.js'
import { Output } from './cli/output.js'
import { HELP, parse, UsageError } from './cli/usage.js'

async function main(args: string[]): Promise<number> {
  let output = new Output(false)
  try {
    const { command, subject, options } = parse(args)
    output = new Output(options.json === true)
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
    process.stderr.write(`${error.message}\nRun \`imagine-x402 --help\` for all commands. Nothing was paid.\n`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
