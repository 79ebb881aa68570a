// An app outside of this project, in which the package is installed as from npm.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
/** What only `npm run test:packaging` installs. */
export const MATRIX = fileURLToPath(new URL('matrix/node_modules', import.meta.url))

/** An empty one, with room beside it. `tools` are what it has from npm besides, as `installed` has them. */
export async function makeApp(library, tools = [], installed = MODULES) {
  const folder = await mkdtemp(path.join(tmpdir(), 'imagine-x402-app-'))
  const app = path.join(folder, 'app')
  const modules = path.join(app, 'node_modules')
  await mkdir(modules, { recursive: true })
  await cp(library.directory, path.join(modules, 'imagine-x402'), { recursive: true })
  for (const tool of tools) await symlink(path.join(installed, tool), path.join(modules, tool))
  return { folder, app, remove: () => rm(folder, { recursive: true, maxRetries: 5 }) }
}

/** Writes texts, by name, into the app. */
export async function writeFiles({ app }, files) {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(app, name), text)
}
