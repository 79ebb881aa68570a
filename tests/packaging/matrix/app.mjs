// An app outside of this project, in which the package is installed as from npm.
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const INSTALLED = fileURLToPath(new URL('node_modules', import.meta.url))

/** An empty one, with room beside it. `tools` are what it has from npm besides. */
export async function makeApp(library, tools = []) {
  const folder = await mkdtemp(path.join(tmpdir(), 'imagine-x402-app-'))
  const app = path.join(folder, 'app')
  const modules = path.join(app, 'node_modules')
  await mkdir(modules, { recursive: true })
  await cp(library.directory, path.join(modules, 'imagine-x402'), { recursive: true })
  for (const tool of tools) await symlink(path.join(INSTALLED, tool), path.join(modules, tool))
  return { folder, app, remove: () => rm(folder, { recursive: true, maxRetries: 5 }) }
}
