// The README's test in Bun, whose fake timers are advanced by `jest.advanceTimersByTime()` alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readmeSpec } from '../packaging/jsdom/specs.mjs'
import { exampleWith, PATIENCE_MS, RESULTS, runInApp } from './app.mjs'
import { BUN } from './bun.mjs'

/** The example with fake timers, advanced as the README says for Bun. */
async function fakedSpec() {
  const example = await exampleWith('useFakeTimers')
  const advance = '  await vi.advanceTimersByTimeAsync(6_000)'
  if (!example.includes(advance)) throw new Error('the example does not advance its timers')
  const steps = `
    for (let second = 0; second < 10; second++) {
      await new Promise(setImmediate)
      vi.advanceTimersByTime(1_000)
    }`
  return example.replace("'vitest'", "'bun:test'").replace(advance, steps)
}

test("the README's tests pass in Bun", { timeout: 60_000 }, async () => {
  assert.ok(BUN, 'its binary is installed')
  const files = {
    'package.json': '{ "type": "module" }',
    'tsconfig.json': '{}', // else Bun obeys the project's own, which is in a folder above
    'printed.test.js': await readmeSpec('bun:test'),
    'faked.test.js': await fakedSpec(),
  }
  const args = ['test', `--timeout=${PATIENCE_MS}`, '--reporter=junit', `--reporter-outfile=${RESULTS}`]
  const report = await runInApp(files, [BUN, ...args])
  const [, tests, failures] = /<testsuites [^>]*tests="(\d+)"[^>]* failures="(\d+)"/.exec(report) ?? assert.fail(report)
  assert.deepEqual([tests, failures], ['2', '0'])
})
