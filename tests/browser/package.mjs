import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Packs the library as npm would publish it and unpacks it again: the tests see what an app would install. */
export async function packLibrary() {
  await access(join(ROOT, 'dist', 'index.js')).catch(() => {
    throw new Error('dist/index.js is missing: build the library first (npm run build)')
  })
  await mkdir(join(ROOT, 'build'), { recursive: true })
  const directory = await mkdtemp(join(ROOT, 'build', 'packed-'))
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], { cwd: ROOT })
  const [{ filename }] = JSON.parse(stdout)
  await run('tar', ['-xzf', join(directory, filename), '-C', directory])
  return {
    directory: join(directory, 'package'),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}
