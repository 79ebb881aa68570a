// The README's tests in Vitest, in each of its environments.
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { CHROMIUM } from '../../scripts/setup.mjs'
import { readmeSpec } from '../packaging/jsdom/specs.mjs'
import { exampleWith, MODULES, outcomesIn, PATIENCE_MS, RESULTS, runInApp, setupWith } from './app.mjs'

const FORMER = path.join(import.meta.dirname, 'vitest-3', 'node_modules')
const LAUNCH = JSON.stringify({ executablePath: CHROMIUM, args: ['--no-sandbox'] })

/** How each version takes Playwright as its provider, and a browser that is installed already. */
const VERSIONS = {
  'Vitest 4': {
    links: {},
    vitest: path.join(MODULES, 'vitest'),
    imports: "import { playwright } from '@vitest/browser-playwright'",
    browser: `provider: playwright({ launchOptions: ${LAUNCH} }), instances: [{ browser: 'chromium' }]`,
  },
  'Vitest 3': {
    links: { vitest: path.join(FORMER, 'vitest'), '@vitest': path.join(FORMER, '@vitest') },
    vitest: path.join(FORMER, 'vitest'),
    imports: '',
    browser: `provider: 'playwright', instances: [{ browser: 'chromium', launch: ${LAUNCH} }]`,
  },
}

/** The options of each environment's tests. */
const ENVIRONMENTS = {
  node: () => "environment: 'node'",
  jsdom: () => "environment: 'jsdom'",
  'happy-dom': () => "environment: 'happy-dom'",
  vm: () => "environment: 'jsdom', pool: 'vmForks', setupFiles: ['./setup.js']",
  browser: ({ browser }) => `browser: { enabled: true, headless: true, screenshotFailures: false, ${browser} }`,
}
const NAMES = Object.keys(ENVIRONMENTS)

const projectOf = (name, version) =>
  `{ test: { name: '${name}', include: ['${name}.*.spec.js'], ${ENVIRONMENTS[name](version)} } }`

const configOf = (version) => `
  ${version.imports}
  export default { test: { projects: [${NAMES.map((name) => projectOf(name, version))}] } }`

/** Each environment's tests, and what became of them. */
async function runVitest({ vitest, links, ...version }) {
  const specs = { printed: await readmeSpec('vitest'), faked: await exampleWith('useFakeTimers') }
  const files = {
    'package.json': '{ "type": "module" }',
    'vitest.config.js': configOf(version),
    'setup.js': await setupWith('await import'),
  }
  for (const name of NAMES) for (const [spec, text] of Object.entries(specs)) files[`${name}.${spec}.spec.js`] = text
  const reporting = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`]
  const args = ['run', `--testTimeout=${PATIENCE_MS}`, '--maxWorkers=2', ...reporting]
  return outcomesIn(
    JSON.parse(await runInApp(files, [process.execPath, path.join(vitest, 'vitest.mjs'), ...args], { links })),
  )
}

describe(`the README's tests pass in ${NAMES.join(', ')} of`, { timeout: 180_000 }, () => {
  for (const [name, version] of Object.entries(VERSIONS)) {
    test(name, async () => {
      const expected = NAMES.flatMap((name) => [`${name}.faked.spec.js: passed`, `${name}.printed.spec.js: passed`])
      assert.deepEqual(await runVitest(version), expected.sort())
    })
  }
})
