/**
 * `npm run fuzz -- [seconds] [target…]`: looks for inputs that break a promise, for so long (60) and for every target
 * (all) at the same time. What leads through the code in a new way is kept in `tests/fuzz/`, which `npm test` plays
 * again. It needs a nightly toolchain and `cargo install cargo-fuzz`.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { root, run, runScript, SetupError } from './setup.mjs'

const TARGETS = ['terms', 'schema', 'receipt', 'status', 'signature']
const LONGEST_INPUT = 2048

const kept = (target) => path.join(root, 'tests', 'fuzz', `${target}.txt`)
const corpus = (target) => path.join(root, 'fuzz', 'corpus', target)

async function fuzz() {
  const [seconds = '60', ...chosen] = process.argv.slice(2)
  const targets = chosen.length > 0 ? chosen : TARGETS
  for (const target of targets) await unpack(target)
  cargoFuzz('build')
  const codes = await Promise.all(targets.map((target) => play(target, seconds)))
  const broken = targets.filter((_, i) => codes[i] !== 0)
  if (broken.length > 0) throw new SetupError(`found: see fuzz/artifacts/ for ${broken.join(', ')}`)
  for (const target of targets) await pack(target)
}

/** No sanitizer: the library has no unsafe code, and is four times as fast without. */
const command = (name, ...args) => ['+nightly', 'fuzz', name, '--sanitizer', 'none', ...args]
const cargoFuzz = (...args) => run('cargo', command(...args), { env: process.env })

function play(target, seconds) {
  const limits = [
    `-max_total_time=${seconds}`,
    `-max_len=${LONGEST_INPUT}`,
    `-dict=${path.join(root, 'fuzz', 'words.dict')}`,
    '-print_final_stats=1',
  ]
  const child = spawn('cargo', command('run', target, '--', ...limits), {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-20_000)))
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const [runs = '?'] = /number_of_executed_units: *(\d+)/.exec(said)?.slice(1) ?? []
      console.error(code === 0 ? `${target}: ${runs} inputs, nothing found` : said)
      resolve(code)
    })
  })
}

async function unpack(target) {
  await rm(corpus(target), { recursive: true, force: true })
  await mkdir(corpus(target), { recursive: true })
  for (const line of (await readFile(kept(target), 'utf8')).split('\n').filter(Boolean)) {
    const input = Buffer.from(line, 'base64')
    await writeFile(path.join(corpus(target), createHash('sha1').update(input).digest('hex')), input)
  }
}

async function pack(target) {
  cargoFuzz('cmin', target)
  const names = await readdir(corpus(target))
  const inputs = await Promise.all(names.map((name) => readFile(path.join(corpus(target), name))))
  const lines = inputs.map((input) => input.toString('base64')).filter(Boolean)
  lines.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  await writeFile(kept(target), `${lines.join('\n')}\n`)
  console.error(`${target}: ${lines.length} inputs kept`)
}

await runScript(fuzz)
