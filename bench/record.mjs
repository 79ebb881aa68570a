import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { root } from '../scripts/setup.mjs'

/** Prints what was measured and writes it down: a whole run into the repository, a small one among the artifacts. */
export async function record(name, { whole, markdown, results }) {
  const folder = path.join(root, whole ? 'bench' : 'artifacts')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, `${name}.md`), markdown)
  await writeFile(path.join(folder, `${name}.json`), textOf(results))
  console.log(`\n${markdown}`)
}

/** Rounded, and with what has no further parts on one line. */
function textOf(results) {
  const text = JSON.stringify(
    results,
    (_key, value) => (typeof value === 'number' ? Number(value.toFixed(3)) : value),
    2,
  )
  return `${text.replace(/\{[^{}[\]]*\}/g, (part) => part.replace(/\s+/g, ' '))}\n`
}
