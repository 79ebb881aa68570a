// Specs in an app of its own, run by vitest.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { packLibrary } from '../../browser/package.mjs'
import { makeApp, writeFiles } from '../app.mjs'

const run = promisify(execFile)

/**
 * Runs a spec with these options of vitest's `test`. Resolves with the names of its tests; fails, with all that vitest
 * says, if one does.
 */
export async function runVitest(spec, options) {
  const made = await makeApp(await packLibrary(), ['vitest'])
  const test = { include: ['app.spec.js'], testTimeout: 60_000, ...options }
  await writeFiles(made, {
    'package.json': '{ "type": "module" }',
    'app.spec.js': spec,
    'vitest.config.js': `export default ${JSON.stringify({ test })}`,
  })
  try {
    const args = [path.join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=json']
    const { stdout } = await run(process.execPath, args, { cwd: made.app })
    return JSON.parse(stdout).testResults.flatMap(({ assertionResults }) => assertionResults.map(({ title }) => title))
  } catch ({ message, stdout, stderr }) {
    throw new Error(`${message}\n${stdout}${stderr}`)
  } finally {
    await made.remove()
  }
}
