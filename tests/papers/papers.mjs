// What the papers of this repository say, for the tests that hold them against the code.
import { readFile } from 'node:fs/promises'

export const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The examples in a paper: their language, their code, and the heading above them. */
export async function examplesIn(path) {
  const parts = (await read(path)).matchAll(/^#+ (.+)$|^```(\w+)\n([\s\S]*?)^```$/gm)
  const examples = []
  let heading
  for (const [, title, language, code] of parts) {
    heading = title ?? heading
    if (code !== undefined) examples.push({ heading, language, code })
  }
  return examples
}

/** The first example in that language. */
export async function exampleIn(path, language) {
  const example = (await examplesIn(path)).find((one) => one.language === language)
  if (!example) throw new Error(`${path} has no example in ${language}`)
  return example.code
}

/** The text under a heading, up to the next heading of its level or above. */
export async function sectionOf(path, heading) {
  const lines = (await read(path)).split('\n')
  const begin = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (begin < 0) throw new Error(`${path} has no heading "${heading}"`)
  const level = lines[begin].indexOf(' ')
  const isNext = (line) => /^#+ /.test(line) && line.indexOf(' ') <= level
  const length = lines.slice(begin + 1).findIndex(isNext)
  return lines.slice(begin + 1, length < 0 ? undefined : begin + 1 + length).join('\n')
}

/** Of the tables in a text, the names in code of each row's first cell. */
export function namesIn(text) {
  const rows = text
    .split('\n')
    .filter((line, i, all) => line.startsWith('|') && !/^\| ?-/.test(line) && !/^\| ?-/.test(all[i + 1] ?? ''))
  return rows.flatMap((row) => [...row.split('|')[1].matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name))
}
