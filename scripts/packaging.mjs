/**
 * `npm run test:packaging`: an app built with each bundler pays in Chromium, and a page pays in browsers of three makers. Apart from
 * `npm test`, since it installs all of them.
 */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { build } from './build.mjs'
import { installDebian, root, run, runScript, setup } from './setup.mjs'

const MATRIX = path.join('tests', 'packaging', 'matrix')

/** Debian's package, and what of it is used. */
const BROWSERS = { 'firefox-esr': '/usr/bin/firefox-esr', 'webkit2gtk-driver': '/usr/bin/WebKitWebDriver', xvfb: '/usr/bin/Xvfb' }

await runScript(async () => {
  await setup({ npm: true, rust: true, chromium: true })
  const missing = Object.keys(BROWSERS).filter((name) => !existsSync(BROWSERS[name]))
  if (missing.length > 0) installDebian(missing, 'The matrix drives these browsers: install their packages.')
  await build()
  // Not `npm ci`, which refuses a lock without the bundlers' builds for platforms that not every registry has.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: path.join(root, MATRIX), hint: 'Is the npm registry reachable?' })
  const tests = readdirSync(path.join(root, MATRIX)).filter((name) => name.endsWith('.test.mjs')).map((name) => path.join(MATRIX, name))
  run(process.execPath, ['--test', '--test-reporter=spec', '--test-concurrency=1', ...tests])
})
