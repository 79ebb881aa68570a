// The README's tests in Jest, in each of its environments, as ES modules and as what Babel makes of them.
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { firstCallSpec, importingSpec, readmeSpec } from '../packaging/jsdom/specs.mjs'
import { exampleWith, MODULES, outcomesIn, PATIENCE_MS, RESULTS, runInApp, setupWith } from './app.mjs'

const BABEL = "module.exports = { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] }"

const JEST = '@jest/globals'

/** How an app's modules reach Jest. */
const APPS = {
  'as ES modules': {
    manifest: { type: 'module', jest: { transform: {} } },
    flags: ['--experimental-vm-modules'],
    files: { 'jsdom-alone.importing.spec.js': importingSpec(JEST) },
  },
  'by a transform': {
    manifest: { jest: { transformIgnorePatterns: ['/node_modules/(?!imagine-x402/)'] } },
    flags: [],
    files: { 'babel.config.js': BABEL },
  },
}

const ENVIRONMENTS = {
  node: { testEnvironment: 'node' },
  jsdom: { testEnvironment: './environment.js' },
  'fixed-jsdom': { testEnvironment: 'jest-fixed-jsdom', setupFiles: ['./setup.cjs'] },
  'jsdom-alone': { testEnvironment: 'jsdom' },
}

/** Those in which the README's tests run. */
const WORKING = ['node', 'jsdom', 'fixed-jsdom']
const TIMEOUT = { timeout: 180_000 }

/** The example with fake timers, with the import that its comment has for Jest. */
async function fakedSpec() {
  const [line, ...rest] = (await exampleWith('useFakeTimers')).split('\n')
  return [line.split('in Jest: ')[1], ...rest].join('\n')
}

/** Each environment's tests, and what became of them. */
async function runJest({ manifest: { jest, ...manifest }, flags, files }) {
  const projects = Object.entries(ENVIRONMENTS).map(([name, options]) => ({
    testMatch: [`**/${name}.*.spec.js`],
    ...jest,
    ...options,
  }))
  const app = {
    'package.json': JSON.stringify({ ...manifest, jest: { projects } }),
    'environment.js': await exampleWith('TestEnvironment'),
    'setup.cjs': await setupWith('require'),
    'jsdom-alone.call.spec.js': firstCallSpec(JEST),
    ...files,
  }
  for (const name of WORKING) {
    app[`${name}.printed.spec.js`] = await readmeSpec(JEST)
    app[`${name}.faked.spec.js`] = await fakedSpec()
  }
  const args = [
    ...flags,
    path.join(MODULES, 'jest', 'bin', 'jest.js'),
    '--json',
    `--testTimeout=${PATIENCE_MS}`,
    `--outputFile=${RESULTS}`,
  ]
  return outcomesIn(JSON.parse(await runInApp(app, [process.execPath, ...args])))
}

describe("the README's tests pass in Jest, and jsdom alone is told what it lacks,", TIMEOUT, () => {
  for (const [how, app] of Object.entries(APPS)) {
    test(how, async () => {
      const expected = [
        ...WORKING.flatMap((name) => [`${name}.faked.spec.js: passed`, `${name}.printed.spec.js: passed`]),
        ...Object.keys({ 'jsdom-alone.call.spec.js': '', ...app.files })
          .filter((name) => name.endsWith('.spec.js'))
          .map((name) => `${name}: passed`),
      ]
      assert.deepEqual(await runJest(app), expected.sort())
    })
  }
})
