// The README's page, its first example as it is printed, under the README's test of a page, in Playwright.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { CHROMIUM } from '../../scripts/setup.mjs'
import { servePage } from '../papers/first-page.mjs'
import { exampleWith, MODULES, PATIENCE_MS, RESULTS, runInApp } from './app.mjs'

const configOf = (baseURL) => {
  const launchOptions = { executablePath: CHROMIUM, args: ['--no-sandbox'] }
  const patience = { timeout: 3 * PATIENCE_MS, expect: { timeout: PATIENCE_MS } }
  return `export default ${JSON.stringify({ testMatch: 'page.spec.js', ...patience, use: { baseURL, launchOptions } })}`
}

test("the README's test of a page passes in Playwright", { timeout: 120_000 }, async () => {
  const { url, stop } = await servePage()
  try {
    const files = {
      'package.json': '{ "type": "module" }',
      'playwright.config.js': configOf(url),
      'page.spec.js': await exampleWith('@playwright/test'),
    }
    const args = [path.join(MODULES, '@playwright', 'test', 'cli.js'), 'test', '--reporter=json']
    const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: RESULTS }
    const { stats } = JSON.parse(await runInApp(files, [process.execPath, ...args], { env }))
    assert.deepEqual([stats.expected, stats.unexpected, stats.flaky, stats.skipped], [1, 0, 0, 0])
  } finally {
    await stop()
  }
})
