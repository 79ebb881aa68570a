/**
 * `npm test`, `npm run test:more` and `npm run test:nightly`: three tiers of tests, each with one closing line.
 * `npm test -- browser page` runs only the parts named. With two tiers on the command line, the closing line is their
 * sum.
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
  native: (say) => counted(say, ['cargo', 'test', '--locked', '--lib'], CARGO_SUM),
  courses: (say) =>
    counted(say, ['cargo', 'test', '--locked', '--lib', '--package', 'imagine-x402', ...COURSES], CARGO_SUM, {
      PROPTEST_CASES: '100000',
    }),
  lint: (say) =>
    checks(say, [
      ['cargo', 'fmt', '--all', '--check'],
      [process.execPath, 'node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off', '--error-on-warnings'],
      ['cargo', 'clippy', '--quiet', '--locked', '--workspace', '--all-targets', '--', '-D', 'warnings'],
      ['cargo', 'clippy', '--quiet', '--locked', '--target', 'wasm32-unknown-unknown', '--', '-D', 'warnings'],
      ['cargo', 'doc', '--quiet', '--locked', '--no-deps', '--lib'],
      ['cargo', 'doc', '--quiet', '--locked', '--no-deps', '--lib', '--target', 'wasm32-unknown-unknown'],
    ]),
  packaging: (say) => counted(say, [process.execPath, 'scripts/packaging.mjs'], NODE_SUM),
  fuzz: (say) => checks(say, [[process.execPath, 'scripts/fuzz.mjs', '600']]),
}

/** The tests that draw courses of events: the more, the better. */
const COURSES = ['--', 'promises_hold_over_every_course', 'random_course']

/** What cargo's and Node's test runners print at their end. */
const CARGO_SUM = /^test result: .* (\d+) passed; (\d+) failed/gm
const NODE_SUM = /^ℹ pass (\d+)[\s\S]*?^ℹ fail (\d+)/gm

/**
 * The commands of each tier, in lanes that run side by side: a linker, or `wasm-opt`, would leave half of two cores
 * idle. After them the tier runs those files of `tests/` whose names end with it: `pay.test.mjs`, `pay.more.mjs`.
 */
const TIERS = {
  test: [['build'], ['native', 'lint']],
  more: [['build'], ['courses']],
  nightly: [['build', 'packaging', 'fuzz']],
}

/** On two cores: a test spends half of its time waiting for a browser, a chain or a clock. */
const FILES_AT_ONCE = 4

/** Files that rely on how long a click lets a page open windows. Beside three other browsers this once went wrong. */
const ALONE = ['popup']

const sum = (one, other) => ({ passed: one.passed + other.passed, failed: one.failed + other.failed })
const sumOf = (sums) => sums.reduce(sum, { passed: 0, failed: 0 })

async function main() {
  const options = { tier: { type: 'string', multiple: true, default: ['test'] } }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
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
  const unknown = wanted.filter((name) => !parts.includes(name)).join(', ')
  if (unknown) throw new SetupError(`The tier ${tier} has no part ${unknown}; it has ${parts.join(', ')}.`)

  const isWanted = (name) => wanted.length === 0 || wanted.includes(name)
  const commands = lanes.map((lane) => lane.filter((name) => isWanted(name) && !ran.has(name)))
  for (const name of commands.flat()) ran.add(name)
  const chosen = files.filter(({ folder }) => isWanted(folder))
  return sumOf([
    ...(await Promise.all(commands.map(inTurn))),
    await runFiles(
      tier,
      chosen.filter(({ name }) => !ALONE.includes(name)),
      FILES_AT_ONCE,
    ),
    await runFiles(
      `${tier}, alone`,
      chosen.filter(({ name }) => ALONE.includes(name)),
      1,
    ),
  ])
}

/** Lists the tier's files in the folders of `tests/`. A name like a test's, but with no known tier, is an error. */
function filesOf(tier) {
  const files = readdirSync(TESTS).flatMap(filesIn)
  const astray = files
    .filter((file) => !(file.tier in TIERS))
    .map((file) => file.path)
    .join(', ')
  if (astray) throw new SetupError(`These files are in no tier: ${astray}.`)
  return files.filter((file) => file.tier === tier)
}

function filesIn(folder) {
  return readdirSync(path.join(TESTS, folder))
    .filter((file) => /^[^.]+\.\w+\.mjs$/.test(file))
    .map((file) => {
      const [name, tier] = file.split('.')
      return { folder, name, tier, path: path.join('tests', folder, file) }
    })
}

/** Runs the files beside one another, and prints what they say as they end. */
async function runFiles(title, files, concurrency) {
  if (files.length === 0) return sumOf([])
  const args = ['--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, ...files.map(({ path }) => path)]
  return timed(title, () => counted(write, [process.execPath, ...args], NODE_SUM))
}

/** Runs commands one after the other. What each says is printed in one piece at its end: other lanes print as well. */
async function inTurn(names) {
  const sums = []
  for (const name of names) {
    const said = []
    sums.push(
      await timed(name, async () => {
        const result = await COMMANDS[name]((text) => said.push(text))
        write(`\n── ${name}\n${said.join('')}`)
        return result
      }),
    )
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
async function counted(say, command, closing, env = {}) {
  const { code, output } = await execute(say, command, env)
  const counts = [...output.matchAll(closing)].map(([, ...numbers]) => numbers.map(Number))
  const sums = sumOf(counts.map(([passed, failed]) => ({ passed, failed })))
  const untold = sums.passed + sums.failed === 0 || (code !== 0 && sums.failed === 0)
  return untold ? { ...sums, failed: sums.failed + 1 } : sums
}

/** Runs a command, passes on what it says and keeps it. */
function execute(say, [command, ...args], more = {}) {
  return new Promise((resolve) => {
    const env = { ...process.env, FORCE_COLOR: '0', RUSTDOCFLAGS: '-D warnings', ...more }
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
