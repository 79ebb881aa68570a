/**
 * `npm test`: everything that decides whether a change may land, and one closing line for all of it.
 * `npm test -- browser page` runs only the parts named.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { root, runScript, setup } from './setup.mjs'

/** Each part runs to its end and says how many of its tests passed and failed. */
const PARTS = {
  lint: (say) => checks(say, [
    ['cargo', 'fmt', '--all', '--check'],
    ['cargo', 'clippy', '--quiet', '--locked', '--workspace', '--all-targets', '--', '-D', 'warnings'],
    ['cargo', 'clippy', '--quiet', '--locked', '--target', 'wasm32-unknown-unknown', '--', '-D', 'warnings'],
    ['cargo', 'doc', '--quiet', '--locked', '--no-deps', '--lib'],
    ['cargo', 'doc', '--quiet', '--locked', '--no-deps', '--lib', '--target', 'wasm32-unknown-unknown'],
  ]),
  native: (say) => counted(say, 'cargo', ['test', '--locked', '--lib'], /^test result: .* (\d+) passed; (\d+) failed/gm),
  build: (say) => checks(say, [[process.execPath, 'scripts/build.mjs']]),
  types: async (say) => sum(await checks(say, TYPES), await nodeTests(say, 'types')),
  sandbox: (say) => nodeTests(say, 'sandbox'),
  wallet: (say) => nodeTests(say, 'wallet'),
  browser: (say) => nodeTests(say, 'browser', { concurrency: 4, except: ALONE }),
  frameworks: (say) => nodeTests(say, 'frameworks'),
  page: (say) => nodeTests(say, 'page', { concurrency: 3 }),
  packaging: (say) => nodeTests(say, 'packaging'),
  papers: (say) => nodeTests(say, 'papers'),
  windows: (say) => nodeTests(say, 'browser', { only: ALONE }),
}

/**
 * One round after the other. In a round the lanes run side by side, each part after the one before it: cargo's own lock and single threads
 * leave half of two cores idle, and so do browsers that wait. Whatever needs `dist/` comes after the build.
 */
const ROUNDS = [
  [['build'], ['native', 'lint']],
  [['browser'], ['types', 'sandbox', 'wallet', 'packaging', 'papers']],
  [['page'], ['frameworks']],
  [['windows']],
]

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
  const chosen = (lane) => lane.filter((name) => wanted.length === 0 || wanted.includes(name))
  let total = { passed: 0, failed: 0 }
  for (const round of ROUNDS) {
    const sums = await Promise.all(round.map((lane) => inTurn(chosen(lane), { atOnce: wanted.length === 1 })))
    total = sums.reduce(sum, total)
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

const write = (text) => process.stdout.write(text)

/** Parts one after the other; what each says is printed in one piece when it ends, or `atOnce`. */
async function inTurn(names, { atOnce }) {
  let total = { passed: 0, failed: 0 }
  for (const name of names) {
    const said = []
    const begun = Date.now()
    write(`── ${name} begins\n`)
    const { passed, failed } = await PARTS[name](atOnce ? write : (text) => said.push(text))
    const seconds = Math.round((Date.now() - begun) / 1000)
    write(`\n── ${name}\n${said.join('')}── ${name}: ${passed} passed, ${failed} failed (${seconds} s)\n\n`)
    total = sum(total, { passed, failed })
  }
  return total
}

async function checks(say, commands) {
  let passed = 0
  for (const [command, ...args] of commands) {
    const { code } = await execute(say, command, args)
    const name = [path.basename(command), ...args].join(' ')
    say(`${code === 0 ? 'ok' : 'FAILED'}: ${name}\n`)
    if (code === 0) passed += 1
  }
  return { passed, failed: commands.length - passed }
}

function nodeTests(say, folder, { concurrency = 1, only, except = [] } = {}) {
  const dir = path.join('tests', folder)
  const names = readdirSync(path.join(root, dir)).filter((name) => name.endsWith('.test.mjs') && !except.includes(name))
  const files = names.filter((name) => !only || only.includes(name)).map((name) => path.join(dir, name))
  const args = ['--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, ...files]
  return counted(say, process.execPath, args, /^ℹ pass (\d+)[\s\S]*?^ℹ fail (\d+)/gm)
}

/** Counts what a runner says at its end. A runner that says nothing, or fails without a failed test, is one failure. */
async function counted(say, command, args, closing) {
  const { code, output } = await execute(say, command, args)
  const sums = { passed: 0, failed: 0 }
  for (const [, passed, failed] of output.matchAll(closing)) {
    sums.passed += Number(passed)
    sums.failed += Number(failed)
  }
  const untold = sums.passed + sums.failed === 0 || (code !== 0 && sums.failed === 0)
  return untold ? { ...sums, failed: sums.failed + 1 } : sums
}

/** Runs a command, passes on what it says and keeps it. */
function execute(say, command, args) {
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
