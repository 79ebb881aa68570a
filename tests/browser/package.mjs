import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/**
 * Packs the library as npm would publish it and unpacks it again: the tests see what an app would install. Kept in
 * build/ until a file of it changes.
 */
export async function packLibrary() {
  await access(join(ROOT, 'dist', 'index.js')).catch(() => {
    throw new Error('dist/index.js is missing: build the library first (npm run build)')
  })
  const directory = join(ROOT, 'build', `packed-${await fingerprint()}`)
  if (!(await exists(directory))) await pack(directory)
  return { directory }
}

/** A folder in build/, where modules find the project's packages; `close` removes it. */
export async function openFolder(name) {
  await mkdir(join(ROOT, 'build'), { recursive: true })
  const path = await mkdtemp(join(ROOT, 'build', `${name}-`))
  return { path, close: () => rm(path, { recursive: true, force: true }) }
}

/** Whole or not there, for tests that run side by side. */
async function pack(directory) {
  await mkdir(dirname(directory), { recursive: true })
  const temporary = await mkdtemp(`${directory}-`)
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', temporary], {
    cwd: ROOT,
  })
  const [{ filename }] = JSON.parse(stdout)
  await run('tar', ['-xzf', join(temporary, filename), '-C', temporary])
  await rename(join(temporary, 'package'), directory).catch(async (error) => {
    if (!(await exists(directory))) throw error
  })
  await rm(temporary, { recursive: true })
}

/** Of all that npm looks at. */
async function fingerprint() {
  const { files } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const hash = createHash('sha256')
  for (const name of ['package.json', 'README.md', ...files]) await add(hash, name)
  return hash.digest('hex').slice(0, 16)
}

async function add(hash, name) {
  const place = join(ROOT, name)
  if ((await stat(place)).isDirectory())
    for (const inner of (await readdir(place)).sort()) await add(hash, join(name, inner))
  else hash.update(`${name}\n`).update(await readFile(place))
}

const exists = (place) =>
  access(place).then(
    () => true,
    () => false,
  )
