/** `npm run test:packaging`: an app built with each bundler pays in Chromium. Apart from `npm test`, since it installs all of them. */
import path from 'node:path'
import { build } from './build.mjs'
import { root, run, runScript, setup } from './setup.mjs'

const BUNDLERS = path.join('tests', 'packaging', 'bundlers')

await runScript(async () => {
  await setup({ npm: true, rust: true, chromium: true })
  await build()
  // Not `npm ci`, which refuses a lock without the bundlers' builds for platforms that not every registry has.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: path.join(root, BUNDLERS), hint: 'Is the npm registry reachable?' })
  run(process.execPath, ['--test', '--test-reporter=spec', path.join(BUNDLERS, 'bundlers.test.mjs')])
})
