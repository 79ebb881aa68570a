/**
 * `npm run coverage`: which lines of the core the native tests reach, by rustc's own instrumentation. Fails under 95 %.
 * Plays fewer courses than `npm test`: coverage is there long before.
 */
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { SetupError, root, run, runScript, setup } from './setup.mjs'

const LEAST = 95
const target = path.join(root, 'target', 'coverage')
const profiles = path.join(target, 'profiles')
const merged = path.join(target, 'all.profdata')

async function main() {
  await setup({ rust: true })
  run('rustup', ['component', 'add', 'llvm-tools'])
  rmSync(profiles, { recursive: true, force: true })
  const env = {
    ...process.env,
    CARGO_TARGET_DIR: target,
    LLVM_PROFILE_FILE: path.join(profiles, '%p.profraw'),
    PROPTEST_CASES: process.env.PROPTEST_CASES ?? '3000',
    RUSTFLAGS: '-Cinstrument-coverage',
  }
  const built = run('cargo', ['test', '--locked', '--lib', '--no-run', '--message-format=json'], { env, capture: true })
  const { executable } = built
    .split('\n')
    .filter(Boolean)
    .map(JSON.parse)
    .find(({ profile, executable }) => profile?.test && executable)
  run('cargo', ['test', '--locked', '--lib'], { env })
  run(tool('llvm-profdata'), [
    'merge',
    '-sparse',
    ...readdirSync(profiles).map((name) => path.join(profiles, name)),
    '-o',
    merged,
  ])
  const report = run(tool('llvm-cov'), ['export', '-summary-only', executable, `-instr-profile=${merged}`], {
    capture: true,
  })
  const files = JSON.parse(report).data[0].files.filter(
    ({ filename }) => /\/src\/core\//.test(filename) && !/\/tests\//.test(filename),
  )
  let [covered, count] = [0, 0]
  for (const {
    filename,
    summary: { lines },
  } of files) {
    console.log(`${lines.percent.toFixed(1).padStart(6)} %  ${path.relative(root, filename)}`)
    covered += lines.covered
    count += lines.count
  }
  const percent = (100 * covered) / count
  console.log(`${percent.toFixed(1).padStart(6)} %  of ${count} lines`)
  if (!(percent >= LEAST)) throw new SetupError(`Less than ${LEAST} % of the core is reached by a native test.`)
}

function tool(name) {
  const lib = path.join(run('rustc', ['--print', 'sysroot'], { capture: true }).trim(), 'lib', 'rustlib')
  const host = /host: (.*)/.exec(run('rustc', ['-vV'], { capture: true }))[1]
  return path.join(lib, host, 'bin', name)
}

await runScript(main)
