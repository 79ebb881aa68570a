// The recipes as they are printed, in front of a service of the tests.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../browser/package.mjs'

const SERVICE = 'https://eliza.getimagine.club'

/** The text of a recipe, with another service as its target. */
export async function recipe(name, target) {
  const text = await readFile(new URL(`recipes/${name}.js`, import.meta.url), 'utf8')
  if (!text.includes(SERVICE)) throw new Error(`the recipe ${name} does not name its service`)
  return text.replace(SERVICE, target)
}

/** The module of a recipe, with further options of its proxy. */
export async function loadRecipe(name, target, options = {}) {
  const build = path.join(ROOT, 'build')
  await mkdir(build, { recursive: true })
  const folder = await mkdtemp(path.join(build, 'recipe-'))
  const file = path.join(folder, `${name}.mjs`)
  try {
    const more = JSON.stringify(options).slice(1, -1)
    await writeFile(file, (await recipe(name, target)).replace(`'${target}' }`, `'${target}', ${more} }`))
    return await import(pathToFileURL(file))
  } finally {
    await rm(folder, { recursive: true })
  }
}
