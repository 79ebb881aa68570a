/**
 * `npm run mutants [-- --shard 0/8] [--file src/core/chain.rs]`: breaks the core in one place after the other, by cargo-mutants, and
 * fails if no native test notices. It takes hours, so it is not a part of `npm test`. A shard is a part of each group, a file
 * a part of the core; both may be given, `--file` more than once.
 *
 * A mutant that no test can notice stands in `tests/mutants/equivalents.json`, with the reason.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { installTool, root, run, runScript, setup, SetupError } from './setup.mjs'

const CARGO_MUTANTS = '27.1.0'
const EQUIVALENTS = path.join('tests', 'mutants', 'equivalents.json')
const OUTPUT = path.join(root, 'target', 'mutants')

/** What decides about money, then the rest of the core. */
const MONEY = [
  'purchase/**/*',
  'journal/**/*',
  'accepted',
  'block',
  'chain',
  'clock',
  'witness',
  'settlement',
  'scheme',
  'scheme/**/*',
  'transfer',
  'authorization',
  'signature',
  'budget',
  'spending',
  'policy',
  'terms',
  'payment',
  'identity',
  'config',
].map((name) => `src/core/${name}.rs`)
const GROUPS = {
  money: named('--file', MONEY),
  rest: ['--file', 'src/core/**/*.rs', ...named('--exclude', MONEY)],
}

/** The tests that take longest: they try only what all others have not noticed. */
const SLOW = [
  'explore::',
  'hashes_match_those_of_other_libraries',
  'every_form_of_a_signature_names_its_signer',
  'no_period_is_overspent',
  'what_was_found_is_played_again',
]
/** Takes minutes without optimization, and asks for no more than the courses that are drawn. */
const SLOWEST = ['no_course_with_few_faults']

/** Of the mutants of a group. With more of them, it is the code that says too much. */
const MOST_EQUIVALENTS = 0.03

/** Enough courses to notice, the same ones each time, and none of the time that it takes to find a shorter one. */
const COURSES = {
  PROPTEST_CASES: '100',
  PROPTEST_RNG_SEED: '1',
  PROPTEST_MAX_SHRINK_ITERS: '0',
  PROPTEST_DISABLE_FAILURE_PERSISTENCE: 'true',
  RUST_BACKTRACE: '0',
}

/** What cargo-mutants exits with when every mutant was tried: all caught, some missed, some without an end. */
const TRIED = [0, 2, 3]

async function main() {
  const options = { shard: { type: 'string' }, file: { type: 'string', multiple: true, default: [] } }
  const { shard, file: files } = parseArgs({ options }).values
  await setup({ rust: true })
  const tool = installTool('cargo-mutants', CARGO_MUTANTS)
  const listed = Object.fromEntries(Object.keys(GROUPS).map((group) => [group, list(tool, group)]))
  const all = Object.values(listed).flat()
  const unknown = files.filter((file) => !all.some((mutant) => mutant.file === file))
  if (unknown.length > 0) throw new SetupError(`No mutants are known of ${unknown.join(', ')}.`)
  const equivalents = JSON.parse(readFileSync(path.join(root, EQUIVALENTS), 'utf8'))
  const faults = check(equivalents, listed)
  for (const group of Object.keys(GROUPS)) {
    const chosen = files.filter((file) => listed[group].some((mutant) => mutant.file === file))
    if (files.length > 0 && chosen.length === 0) continue
    const tried = attempt(tool, group, chosen, shard)
    console.log(`\n${group}\n${table(tried, equivalents)}`)
    faults.push(...judge(tried, equivalents))
  }
  if (faults.length > 0) throw new SetupError(faults.join('\n'))
}

/** The same option once for each value. */
function named(option, values) {
  return [...values].flatMap((value) => [option, value])
}

function list(tool, group) {
  return JSON.parse(run(tool, ['mutants', '--list', '--json', ...GROUPS[group]], { capture: true }))
}

/** Tries the mutants of a group, or of those of its files. Returns each with what became of it. */
function attempt(tool, group, files, shard) {
  const output = path.join(OUTPUT, group)
  rmSync(output, { recursive: true, force: true })
  mkdirSync(path.dirname(output), { recursive: true })
  const which = files.length > 0 ? named('--file', files) : GROUPS[group]
  const quickly = tryOut(tool, output, [...which, ...(shard ? ['--shard', shard] : [])], SLOW)
  const missed = quickly.filter(({ outcome }) => outcome === 'MissedMutant')
  if (missed.length === 0) return quickly
  const names = missed.map(({ name }) => name)
  const again = [
    ...named('--file', new Set(missed.map(({ file }) => file))),
    ...named(
      '--re',
      names.map((name) => `^${literal(name)}$`),
    ),
  ]
  // Fields that are left out are tried whatever the pattern.
  const slowly = tryOut(tool, output, again, SLOWEST).filter(({ name }) => names.includes(name))
  return [...quickly.filter(({ name }) => !names.includes(name)), ...slowly]
}

/** Runs cargo-mutants, without some of the tests. Returns each mutant that it has tried with what became of it. */
function tryOut(tool, output, which, skipped) {
  const env = { ...process.env, ...COURSES, CARGO_TARGET_DIR: path.join(OUTPUT, 'target') }
  const args = ['mutants', '--output', output, ...which, '--', '--', ...named('--skip', skipped)]
  const { status } = spawnSync(tool, args, { cwd: root, env, stdio: ['ignore', 2, 2] })
  const outcomes = path.join(output, 'mutants.out', 'outcomes.json')
  if (!TRIED.includes(status) || !existsSync(outcomes))
    throw new SetupError(`cargo-mutants failed (exit code ${status}).`)
  return JSON.parse(readFileSync(outcomes, 'utf8'))
    .outcomes.filter(({ scenario }) => scenario.Mutant)
    .map(({ scenario, summary }) => ({ ...scenario.Mutant, outcome: summary }))
}

/** A pattern that is found where that text is. */
const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** An entry is told by its file, by what it replaces and by the line that it breaks: lines move. */
const describes =
  ({ file, mutant, line }) =>
  (other) =>
    other.file === file && change(other) === mutant && lineOf(other) === line

/** `src/core/chain.rs:48:21: replace >= with < in …` without the place. */
const change = ({ name }) => name.replace(/^[^ ]+: /, '')

function lineOf({ file, span }) {
  return readFileSync(path.join(root, file), 'utf8').split('\n')[span.start.line - 1].trim()
}

/** What is wrong with the list of equivalents itself. */
function check(equivalents, listed) {
  const matching = (entry, mutants) => mutants.filter(describes(entry)).length
  const stale = equivalents.filter((entry) => !entry.why || matching(entry, Object.values(listed).flat()) === 0)
  const faults = stale.map(
    (entry) => `${EQUIVALENTS} has an entry without a mutant, or without a reason: ${entry.file}: ${entry.mutant}`,
  )
  for (const [group, mutants] of Object.entries(listed)) {
    const share = equivalents.reduce((sum, entry) => sum + matching(entry, mutants), 0) / mutants.length
    if (share > MOST_EQUIVALENTS)
      faults.push(`${(100 * share).toFixed(1)} % of the mutants of ${group} are said to be equivalent.`)
  }
  return faults
}

/** The survivors that are not on the list, and what is on it and was noticed. */
function judge(tried, equivalents) {
  const isEquivalent = (mutant) => equivalents.some((entry) => describes(entry)(mutant))
  const survivors = tried.filter((mutant) => mutant.outcome === 'MissedMutant' && !isEquivalent(mutant))
  const noticed = tried.filter((mutant) => mutant.outcome === 'CaughtMutant' && isEquivalent(mutant))
  return [
    ...survivors.map(({ name }) => `No native test notices ${name}`),
    ...noticed.map(({ name }) => `${EQUIVALENTS} calls it equivalent, and a test notices it: ${name}`),
  ]
}

/** What became of the mutants of each file, and of all. */
function table(tried, equivalents) {
  const isEquivalent = (mutant) => equivalents.some((entry) => describes(entry)(mutant))
  const columns = {
    mutants: () => true,
    caught: ({ outcome }) => outcome === 'CaughtMutant',
    missed: (mutant) => mutant.outcome === 'MissedMutant' && !isEquivalent(mutant),
    equivalent: (mutant) => mutant.outcome === 'MissedMutant' && isEquivalent(mutant),
    timeout: ({ outcome }) => outcome === 'Timeout',
    unviable: ({ outcome }) => outcome === 'Unviable',
  }
  const cells = (mutants) =>
    Object.entries(columns).map(([name, belongs]) => String(mutants.filter(belongs).length).padStart(name.length + 2))
  const row = (mutants, name) => `${cells(mutants).join('')}  ${name}`
  const files = [...new Set(tried.map(({ file }) => file))].sort()
  return [
    Object.keys(columns)
      .map((name) => `  ${name}`)
      .join(''),
    ...files.map((file) =>
      row(
        tried.filter((mutant) => mutant.file === file),
        path.relative('src/core', file),
      ),
    ),
    row(tried, 'all'),
  ].join('\n')
}

await runScript(main)
