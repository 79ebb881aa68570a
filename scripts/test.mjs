/**
 * `npm test`: everything that decides whether a change may land, and one closing line for all of it.
 * `npm test -- browser page` runs only the parts named.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { build } from './build.mjs'
import { root, runScript, setup } from './setup.mjs'

/** Each part runs to its end and says how many of its tests passed and failed. */
const PARTS = {
  lint: () => checks([
    ['cargo', 'fmt', '--all', '--check'],
    ['cargo', 'clippy', '--quiet', '--locked', '--workspace', '--all-targets', '--', '-D', 'warnings'],
    ['cargo', 'clippy', '--quiet', '--locked', '--target', 'wasm32-unknown-unknown', '--', '-D', 'warnings'],
    ['cargo', 'doc', '--quiet', '--locked', '--no-deps', '--lib'],
    ['cargo', 'doc', '--quiet', '--locked', '--no-deps', '--lib', '--target', 'wasm32-unknown-unknown'],
  ]),
  native: () => counted('cargo', ['test', '--locked', '--lib'], /^test result: .* (\d+) passed; (\d+) failed/gm),
  build: async () => outcome(await succeeds('build', build)),
  types: async () => sum(await checks(TYPES), await nodeTests('types')),
  sandbox: () => nodeTests('sandbox'),
  wallet: () => nodeTests('wallet'),
  browser: async () => sum(await nodeTests('browser', { concurrency: 4, except: ALONE }), await nodeTests('browser', { only: ALONE })),
  frameworks: () => nodeTests('frameworks', { concurrency: 3 }),
  page: () => nodeTests('page'),
  packaging: () => nodeTests('packaging'),
  papers: () => nodeTests('papers'),
}

/** The page, what people write, and the reference, which fails over what is not documented. */
const TYPES = [
  [process.execPath, 'node_modules/typescript-7/bin/tsc', '-p', 'www'],
  [process.execPath, 'node_modules/typescript-7/bin/tsc', '-p', 'tests/types'],
  [process.execPath, 'node_modules/typedoc/bin/typedoc'],
]

/** Windows that a click opens, for as long as the click counts: once, beside three other browsers, one was opened that should not have been. */
const ALONE = ['popup.test.mjs']

const sum = (one, other) => ({ passed: one.passed + other.passed, failed: one.failed + other.failed })

async function main() {
  await setup({ npm: true, rust: true, chromium: true })
  const wanted = process.argv.slice(2)
  const unknown = wanted.filter((name) => !(name in PARTS))
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`)
  const total = { passed: 0, failed: 0 }
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    console.log(`\n── ${name}`)
    const begun = Date.now()
    const { passed, failed } = await part()
    console.log(`── ${name}: ${passed} passed, ${failed} failed (${Math.round((Date.now() - begun) / 1000)} s)`)
    total.passed += passed
    total.failed += failed
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

async function checks(commands) {
  let passed = 0
  for (const [command, ...args] of commands) {
    const { code } = await execute(command, args)
    const name = [path.basename(command), ...args].join(' ')
    console.log(`${code === 0 ? 'ok' : 'FAILED'}: ${name}`)
    if (code === 0) passed += 1
  }
  return { passed, failed: commands.length - passed }
}

function nodeTests(folder, { concurrency = 1, only, except = [] } = {}) {
  const dir = path.join('tests', folder)
  const names = readdirSync(path.join(root, dir)).filter((name) => name.endsWith('.test.mjs') && !except.includes(name))
  const files = names.filter((name) => !only || only.includes(name)).map((name) => path.join(dir, name))
  const args = ['--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, ...files]
  return counted(process.execPath, args, /^ℹ pass (\d+)[\s\S]*?^ℹ fail (\d+)/gm)
}

/** Counts what a runner says at its end. A runner that says nothing, or fails without a failed test, is one failure. */
async function counted(command, args, closing) {
  const { code, output } = await execute(command, args)
  const sums = { passed: 0, failed: 0 }
  for (const [, passed, failed] of output.matchAll(closing)) {
    sums.passed += Number(passed)
    sums.failed += Number(failed)
  }
  const untold = sums.passed + sums.failed === 0 || (code !== 0 && sums.failed === 0)
  return untold ? { ...sums, failed: sums.failed + 1 } : sums
}

async function succeeds(name, work) {
  try {
    await work()
    return true
  } catch (error) {
    console.log(`FAILED: ${name}: ${error.message}`)
    return false
  }
}

const outcome = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 })

/** Runs a command, shows its output as it comes and keeps it. */
function execute(command, args) {
  return new Promise((resolve) => {
    const env = { ...process.env, FORCE_COLOR: '0', RUSTDOCFLAGS: '-D warnings' }
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const hear = (stream) => (chunk) => {
      output += chunk
      stream.write(chunk)
    }
    child.stdout.setEncoding('utf8').on('data', hear(process.stdout))
    child.stderr.setEncoding('utf8').on('data', hear(process.stderr))
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }))
    child.on('close', (code) => resolve({ code, output }))
  })
}

await runScript(main)
