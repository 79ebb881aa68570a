// An app's tests under jest, in its environment of jsdom.
import assert from 'node:assert/strict'
import path from 'node:path'
import { before, describe, test } from 'node:test'
import { packLibrary } from '../../browser/package.mjs'
import { MATRIX, makeApp, writeFiles } from '../app.mjs'
import { MISSING } from '../jsdom/missing.mjs'
import { firstCallSpec, importingSpec, readmeSpec } from '../jsdom/specs.mjs'
import { run } from './processes.mjs'

const TIMEOUT = { timeout: 120_000 }

/** jsdom with what it lacks. */
const ENVIRONMENT = `
  import { TestEnvironment } from 'jest-environment-jsdom'

  export default class extends TestEnvironment {
    async setup() {
      await super.setup()
      for (const name of ${JSON.stringify(MISSING)}) this.global[name] = globalThis[name]
    }
  }`

let library

before(async () => {
  library = await packLibrary()
})

/** The names of a spec's tests; fails, with all that jest says, if one does. */
async function runJest(spec, testEnvironment) {
  const made = await makeApp(library, ['@jest', 'jest', 'jest-environment-jsdom'], MATRIX)
  const jest = { testEnvironment, transform: {}, testMatch: ['**/app.spec.js'], testTimeout: 60_000 }
  await writeFiles(made, {
    'package.json': JSON.stringify({ type: 'module', jest }),
    'app.spec.js': spec,
    'environment.js': ENVIRONMENT,
  })
  try {
    const args = ['--experimental-vm-modules', path.join('node_modules', 'jest', 'bin', 'jest.js'), '--json']
    const { testResults } = JSON.parse(await run(process.execPath, args, { cwd: made.app }))
    return testResults.flatMap(({ assertionResults }) => assertionResults.map(({ title }) => title))
  } finally {
    await made.remove()
  }
}

describe('jest with jsdom', TIMEOUT, () => {
  test('importing the package changes nothing', async () => {
    assert.deepEqual(await runJest(importingSpec('@jest/globals'), 'jsdom'), ['importing'])
  })

  test('the first call names what is missing', async () => {
    assert.deepEqual(await runJest(firstCallSpec('@jest/globals'), 'jsdom'), ['the first call'])
  })

  test("the README's example passes once that was added", async () => {
    assert.deepEqual(await runJest(await readmeSpec('@jest/globals'), './environment.js'), ['the example'])
  })
})
