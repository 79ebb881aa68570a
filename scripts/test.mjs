/**
 * `npm test`, `npm run test:more` and `npm run test:nightly`: three tiers of tests, each with one closing line.
 * `npm test -- browser page` runs only the parts named. With two tiers on the command line, the closing line is their sum.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root, runScript, setup, SetupError } from './setup.mjs'

const TESTS = path.join(root, 'tests')

/** The parts that are commands. Each returns how many of its tests passed and failed. */
const COMMANDS = {
  build: (say) => checks(say, [[process.execPath, 'scripts/build.mjs']]),
  native: (say) => counted(say, ['cargo', 'test', '--locked', '--lib'], /^test result: .* (\d+) passed; (\d+) failed/gm),
  lint: (say) => checks(say, [
    ['cargo', 'fmt', '--all', '--check'],
    ['cargo', 'clippy', '--quiet', '--locked', '--workspace', '--all-targets', '--', '-D', 'warnings'],
    ['cargo', 'clippy', '--quiet', '--locked', '--target', 'wasm32-unknown-unknown', '--', '-D', 'warnings'],
    ['cargo', 'doc', '--quiet', '--locked', '--no-deps', '--lib'],
    ['cargo', 'doc', '--quiet', '--locked', '--no-deps', '--lib', '--target', 'wasm32-unknown-unknown'],
  ]),
  packaging: (say) => counted(say, [process.execPath, 'scripts/packaging.mjs'], NODE_SUM),
  sellers: (say) => checks(say, [[process.execPath, 'tests/sellers/table.mjs']]),
  fuzz: (say) => checks(say, [[process.execPath, 'scripts/fuzz.mjs', '600']]),
}

/** What Node's test runner prints at its end. */
const NODE_SUM = /^ℹ pass (\d+)[\s\S]*?^ℹ fail (\d+)/gm

/**
 * The commands of each tier, in lanes that run side by side: a linker, or `wasm-opt`, would leave half of two cores idle.
 * Then it runs those files of `tests/` that are named after it, such as `pay.test.mjs` and `pay.more.mjs`; a part is a folder.
 */
const TIERS = {
  test: [['build'], ['native', 'lint']],
  more: [['build']],
  nightly: [['build', 'packaging', 'sellers', 'fuzz']],
}

/** A test waits half of its time, for a browser, a chain or a clock. */
const FILES_AT_ONCE = 4

/** Windows that a click opens, for as long as the click counts: once, beside three other browsers, one was opened that should not have been. */
const ALONE = ['popup']

const sum = (one, other) => ({ passed: one.passed + other.passed, failed: one.failed + other.failed })
const sumOf = (sums) => sums.reduce(sum, { passed: 0, failed: 0 })

async function main() {
  const { values, positionals } = parseArgs({ options: { tier: { type: 'string', multiple: true, default: ['test'] } }, allowPositionals: true })
  const sums = []
  try {
    await setup({ npm: true, rust: true, chromium: true })
    const ran = new Set()
    for (const tier of values.tier) sums.push(await runTier(tier, positionals, ran))
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error)
    sums.push({ passed: 0, failed: 1 })
  }
  const { passed, failed } = sumOf(sums)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}

/** Runs a tier, or the parts of it that are wanted, but no command that has run before. */
async function runTier(tier, wanted, ran) {
  const lanes = TIERS[tier]
  if (!lanes) throw new SetupError(`There is no tier ${tier}; there are ${Object.keys(TIERS).join(', ')}.`)
  const files = filesOf(tier)
  const parts = [...lanes.flat(), ...new Set(files.map(({ folder }) => folder))]
  const unknown = wanted.filter((name) => !parts.includes(name))
  if (unknown.length > 0) throw new SetupError(`The tier ${tier} has no part ${unknown.join(', ')}; it has ${parts.join(', ')}.`)

  const isWanted = (name) => wanted.length === 0 || wanted.includes(name)
  const commands = lanes.map((lane) => lane.filter((name) => isWanted(name) && !ran.has(name)))
  for (const name of commands.flat()) ran.add(name)
  const chosen = files.filter(({ folder }) => isWanted(folder))
  return sumOf([
    ...await Promise.all(commands.map(inTurn)),
    await runFiles(tier, chosen.filter(({ name }) => !ALONE.includes(name)), FILES_AT_ONCE),
    await runFiles(`${tier}, alone`, chosen.filter(({ name }) => ALONE.includes(name)), 1),
  ])
}

/** The tier's files in the folders of `tests/`. A name that looks like a test's and belongs to no tier is a mistake. */
function filesOf(tier) {
  const all = readdirSync(TESTS, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap(({ name: folder }) =>
    readdirSync(path.join(TESTS, folder)).filter((file) => /\.\w+\.mjs$/.test(file)).map((file) => {
      const [name, suffix] = file.split('.')
      return { folder, name, suffix, path: path.join('tests', folder, file) }
    }))
  const astray = all.filter(({ suffix }) => !(suffix in TIERS))
  if (astray.length > 0) throw new SetupError(`These files are in no tier: ${astray.map(({ path }) => path).join(', ')}.`)
  return all.filter(({ suffix }) => suffix === tier)
}

/** Runs the files beside one another, and prints what they say as they end. */
async function runFiles(title, files, concurrency) {
  if (files.length === 0) return sumOf([])
  const args = ['--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, ...files.map(({ path }) => path)]
  return timed(title, () => counted(write, [process.execPath, ...args], NODE_SUM))
}

/** Runs commands one after the other, and prints what each says in one piece when it ends: other lanes print as well. */
async function inTurn(names) {
  const sums = []
  for (const name of names) {
    const said = []
    sums.push(await timed(name, async () => {
      const result = await COMMANDS[name]((text) => said.push(text))
      write(`\n── ${name}\n${said.join('')}`)
      return result
    }))
  }
  return sumOf(sums)
}

async function timed(title, run) {
  const begun = Date.now()
  write(`── ${title} begins\n`)
  const { passed, failed } = await run()
  write(`── ${title}: ${passed} passed, ${failed} failed (${Math.round((Date.now() - begun) / 1000)} s)\n\n`)
  return { passed, failed }
}

const write = (text) => process.stdout.write(text)

async function checks(say, commands) {
  let passed = 0
  for (const command of commands) {
    const { code } = await execute(say, command)
    const name = [path.basename(command[0]), ...command.slice(1)].join(' ')
    say(`${code === 0 ? 'ok' : 'FAILED'}: ${name}\n`)
    if (code === 0) passed += 1
  }
  return { passed, failed: commands.length - passed }
}

/** Counts what a runner says at its end. A runner that says nothing, or fails without a failed test, is one failure. */
async function counted(say, command, closing) {
  const { code, output } = await execute(say, command)
  const sums = sumOf([...output.matchAll(closing)].map(([, passed, failed]) => ({ passed: Number(passed), failed: Number(failed) })))
  const untold = sums.passed + sums.failed === 0 || (code !== 0 && sums.failed === 0)
  return untold ? { ...sums, failed: sums.failed + 1 } : sums
}

/** Runs a command, passes on what it says and keeps it. */
function execute(say, [command, ...args]) {
  return new Promise((resolve) => {
    const env = { ...process.env, FORCE_COLOR: '0', RUSTDOCFLAGS: '-D warnings' }
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const hear = (text) => {
      output += text
      say(text)
    }
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear)
    child.on('error', ({ message }) => {
      hear(`${message}\n`)
      resolve({ code: 1, output })
    })
    child.on('close', (code) => resolve({ code, output }))
  })
}

await runScript(main)
