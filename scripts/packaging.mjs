/**
 * `npm run test:packaging`: an app built with each bundler pays in Chromium, and a page pays in browsers of three makers. Apart from
 * `npm test`, since it installs all of them.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from './build.mjs'
import { installDebian, root, run, runScript, setup } from './setup.mjs'

const MATRIX = path.join('tests', 'packaging', 'matrix')

const RESULTS = path.join(root, 'artifacts', 'packaging.json')
const ENTRIES = ['imagine-x402', 'imagine-x402/url']

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
  const reporters = { spec: 'stdout', [`./${MATRIX}/reporter.mjs`]: RESULTS }
  mkdirSync(path.dirname(RESULTS), { recursive: true })
  const reporting = Object.entries(reporters).flatMap(([reporter, to]) => [`--test-reporter=${reporter}`, `--test-reporter-destination=${to}`])
  run(process.execPath, ['--test', '--test-concurrency=1', ...reporting, ...tests])
  writeFileSync(path.join(root, 'tests', 'packaging', 'TABLE.md'), table(JSON.parse(readFileSync(RESULTS, 'utf8'))))
})

/** Where the package was paid from, by entry. */
function table(results) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const tried = results.filter(({ what, passed }) => passed && ENTRIES.includes(what))
  const places = [...new Set(tried.map(({ where }) => where))]
  const cell = (place, entry) => (tried.some(({ where, what }) => where === place && what === entry) ? 'paid' : '')
  const rows = places.map((place) => `| ${place} | ${ENTRIES.map((entry) => cell(place, entry)).join(' | ')} |`)
  return `# Where the package was paid from

Version ${version}, packed as npm would publish it. Made by \`npm run test:packaging\`. *Paid* means that an app which was built so, or a page in that browser, asked for a price, paid
it with one signature through MetaMask's own code on the sandbox's chain, and got the video. An empty field was not tried.

| place | ${ENTRIES.map((entry) => `\`${entry}\``).join(' | ')} |
| --- | --- | --- |
${rows.join('\n')}

Without a page, where nobody can pay, \`quote()\` and \`status()\` are part of \`npm test\`: Node by \`import\` and \`require\`, and workerd (\`tests/packaging/runtimes.test.mjs\`).
`
}
