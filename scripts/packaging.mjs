/**
 * `npm run test:packaging`: an app built with each bundler and framework pays in Chromium, and a page pays in browsers
 * of three makers; servers of every kind ask for a price. A part of `npm run test:nightly`, since it installs all of
 * them.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { asking } from '../tests/packaging/asking.mjs'
import { build } from './build.mjs'
import { installDebian, installTool, root, run, runScript, setup } from './setup.mjs'

const MATRIX = path.join('tests', 'packaging', 'matrix')
/** Part of `npm run test:more` too, and here for the table. */
const RUNTIMES = path.join('tests', 'packaging', 'runtimes.more.mjs')
const RESULTS = path.join(root, 'artifacts', 'packaging.json')
const ENTRIES = ['imagine-x402', 'imagine-x402/url']
const CARGO_DENY = '0.20.2'

/** Debian's package, and what of it is used. */
const BROWSERS = {
  'firefox-esr': '/usr/bin/firefox-esr',
  'webkit2gtk-driver': '/usr/bin/WebKitWebDriver',
  xvfb: '/usr/bin/Xvfb',
}

await runScript(async () => {
  await setup({ npm: true, rust: true, chromium: true })
  const missing = Object.keys(BROWSERS).filter((name) => !existsSync(BROWSERS[name]))
  if (missing.length > 0) installDebian(missing, 'The matrix drives these browsers: install their packages.')
  await build()
  // Not `npm ci`, which refuses a lock without the bundlers' builds for platforms that not every registry has.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: path.join(root, MATRIX),
    hint: 'Is the npm registry reachable?',
  })
  const tests = readdirSync(path.join(root, MATRIX))
    .filter((name) => name.endsWith('.nightly.mjs'))
    .map((name) => path.join(MATRIX, name))
  const reporters = { spec: 'stdout', [`./${MATRIX}/reporter.mjs`]: RESULTS }
  mkdirSync(path.dirname(RESULTS), { recursive: true })
  const reporting = Object.entries(reporters).flatMap(([reporter, to]) => [
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${to}`,
  ])
  run(process.execPath, ['--test', '--test-concurrency=1', ...reporting, RUNTIMES, ...tests])
  writeFileSync(path.join(root, 'tests', 'packaging', 'TABLE.md'), table(JSON.parse(readFileSync(RESULTS, 'utf8'))))
  denyCrates()
})

/** Licences, sources and doubles of what the module is made of. */
function denyCrates() {
  run(installTool('cargo-deny', CARGO_DENY), ['--locked', '--workspace', 'check', 'bans', 'licenses', 'sources'])
}

/** Where the package was paid from, and where it was asked, by entry. */
function table(results) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  return `# Where the package was tried

Version ${version}, packed as npm would publish it. Made by \`npm run test:packaging\`. An empty field was not tried.

## In a browser

*Paid* means that an app which was built so, or a page in that browser, asked for a price, paid it with one signature through MetaMask's own code on the sandbox's chain, and got
the video.

${rows(results, (entry) => entry, 'paid')}

## Without a page

Nobody can pay there. *Asked* means that \`quote()\` told the price, and \`status()\` what becomes of a task.

${rows(results, asking, 'asked')}
`
}

/** `nameOf` gives the name of an entry's test, `word` is for the ones that passed. */
function rows(results, nameOf, word) {
  const passed = (where, entry) =>
    results.some((result) => result.where === where && result.what === nameOf(entry) && result.passed)
  const places = [...new Set(results.map(({ where }) => where))].filter((place) =>
    ENTRIES.some((entry) => passed(place, entry)),
  )
  const row = (place) => `| ${place} | ${ENTRIES.map((entry) => (passed(place, entry) ? word : '')).join(' | ')} |`
  return [
    `| place | ${ENTRIES.map((entry) => `\`${entry}\``).join(' | ')} |`,
    '| --- | --- | --- |',
    ...places.map(row),
  ].join('\n')
}
