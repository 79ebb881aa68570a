// An app with tests of its own, in which the library is installed as from npm.
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { openFolder, packLibrary } from '../browser/package.mjs'
import { examplesIn, sectionOf } from '../papers/papers.mjs'

const execute = promisify(execFile)

export const MODULES = path.resolve(import.meta.dirname, '..', '..', 'node_modules')

/** The one of the README's examples of tests that has this text, as it is printed. */
export async function exampleWith(text) {
  const examples = (await examplesIn('README.md')).filter(({ heading }) => heading === 'Testing your page')
  const [example, ...others] = examples.filter(({ code }) => code.includes(text))
  if (!example || others.length > 0) throw new Error(`not one example of a test has ${text}, but ${others.length + 1}`)
  return example.code
}

/** The one line of the README that adds to an environment what it lacks, in this way. */
export async function setupWith(text) {
  const lines = (await sectionOf('README.md', 'Testing your page')).matchAll(/`(globalThis\.[^`]+)`/g)
  const [line, ...others] = [...lines].map(([, line]) => line).filter((line) => line.includes(text))
  if (!line || others.length > 0) throw new Error(`not one line has ${text}, but ${others.length + 1}`)
  return line
}

/** A test that takes two seconds may take more than the usual five on a busy machine. */
export const PATIENCE_MS = 30_000

/** The file in which a runner writes what became of its tests. */
export const RESULTS = 'results.json'

/**
 * Runs a command in a new app with these files, and resolves with what it wrote to `RESULTS`. `links` are packages that
 * the app has in another version than the project: their folders, by name.
 */
export async function runInApp(files, [command, ...args], { links = {}, env = {} } = {}) {
  const { directory } = await packLibrary()
  const { path: app, close } = await openFolder('runner')
  const modules = path.join(app, 'node_modules')
  try {
    await mkdir(modules)
    await cp(directory, path.join(modules, 'imagine-x402'), { recursive: true })
    for (const [name, folder] of Object.entries(links)) await symlink(folder, path.join(modules, name))
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(app, name), text)
    await execute(command, args, { cwd: app, env: { ...process.env, ...env } })
    return await readFile(path.join(app, RESULTS), 'utf8')
  } catch ({ message, stdout, stderr }) {
    throw new Error(`${message}\n${stdout ?? ''}${stderr ?? ''}`)
  } finally {
    await close()
  }
}

/** The spec files of a report in Jest's format, which is Vitest's as well, and whether each passed. */
export const outcomesIn = ({ testResults }) =>
  testResults
    .flatMap(({ name, assertionResults }) => assertionResults.map(({ status }) => `${path.basename(name)}: ${status}`))
    .sort()
