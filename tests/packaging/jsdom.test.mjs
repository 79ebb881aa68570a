// An app's tests in jsdom, as vitest sets it up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importingSpec, readmeSpec } from './jsdom/specs.mjs'
import { runVitest } from './jsdom/vitest.mjs'

const TIMEOUT = { timeout: 120_000 }
const JSDOM = { environment: 'jsdom' }

test("the README's example of a test passes under vitest with jsdom", TIMEOUT, async () => {
  assert.deepEqual(await runVitest(await readmeSpec('vitest'), JSDOM), ['the example'])
})

test('importing the package changes nothing under vitest with jsdom', TIMEOUT, async () => {
  assert.deepEqual(await runVitest(importingSpec('vitest'), JSDOM), ['importing'])
})
