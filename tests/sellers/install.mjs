// Installs the packages of the sellers when they are first needed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { installDebian, installPackages, root, run } from '../../scripts/setup.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))

const HINT =
  'The sellers in Python need Python 3.10 or newer as `python3`, with venv and pip, and a registry that pip can reach. ' +
  'On Debian: `apt-get install python3-venv`.'

/** Installs the packages of the sellers in JavaScript, which are not those of the project's workspaces. */
export const installNode = () => installPackages(HERE)

/**
 * Installs PyPI's x402 of that version, with all that it needs, and returns the path of its Python.
 * @param {1 | 2} version of x402
 */
export function installPython(version) {
  const requirements = path.join(HERE, 'python', `requirements-v${version}.txt`)
  const folder = path.join(
    root,
    'build',
    'python',
    createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16),
  )
  const [python, done] = [path.join(folder, 'bin', 'python'), path.join(folder, 'installed')]
  if (existsSync(done)) return python
  console.error(`Installing ${path.relative(root, requirements)} …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(path.dirname(folder), { recursive: true })
  if (spawnSync('python3', ['-c', 'import ensurepip']).status !== 0) installDebian(['python3-venv'], HINT)
  run('python3', ['-m', 'venv', folder], { hint: HINT })
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], { hint: HINT })
  writeFileSync(done, '')
  return python
}
