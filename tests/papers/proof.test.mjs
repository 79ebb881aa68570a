// PROOF.md names tests. Each of them is there, and no cell is empty.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { read } from './papers.mjs'

const ROOT = new URL('../../', import.meta.url)
const FOLDERS = ['', 'src/core/', 'src/', 'tests/browser/']
const EXPLORER = 'src/core/purchase/tests/explore/'

const lines = (await read('PROOF.md')).split('\n')
const rows = lines.filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
const cells = rows
  .map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter(([first]) => first !== 'promise' && first !== 'rule')

const codesIn = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code)

/** Where a file that a cell names is: natively in the core or beside it, else in a folder of tests. */
const placeOf = (name) => FOLDERS.map((folder) => folder + name).find((path) => existsSync(new URL(path, ROOT)))

/** The tests that a cell names, each with its file: a file is named before its tests. */
function testsIn(cell) {
  let file
  return codesIn(cell)
    .filter((code) => !code.startsWith('npm '))
    .flatMap((code) => {
      if (!/\.(rs|mjs)$/.test(code)) return { file, name: code }
      file = code
      return []
    })
}

const isDefined = (source, file, name) =>
  file.endsWith('.rs')
    ? source.includes(`fn ${name}(`)
    : ["'", '`', '"'].some((quote) => source.includes(`test(${quote}${name}${quote}, `))

test('every test that the table of proofs names is there', async () => {
  const named = cells.flatMap(([, native, browser]) => [native, browser]).flatMap(testsIn)
  assert.ok(named.length > 60)
  for (const { file, name } of named) {
    const path = placeOf(file ?? '') ?? assert.fail(`no file ${file} for ${name}`)
    assert.ok(isDefined(await read(path), path, name), `${path} has no test "${name}"`)
  }
})

test('no cell of the table of proofs is empty', () => {
  assert.ok(cells.length > 20)
  for (const row of cells) {
    assert.equal(row.length, 4, row[0])
    assert.ok(
      row.every((cell) => cell.length > 5),
      row[0],
    )
  }
})

test('the explorer reports what the table says', { skip: !existsSync(new URL(EXPLORER, ROOT)) }, async () => {
  const sources = await Promise.all(readdirSync(new URL(EXPLORER, ROOT)).map((name) => read(EXPLORER + name)))
  const words = new Set(cells.flatMap(([, , , explorer]) => codesIn(explorer)))
  for (const word of words) {
    assert.ok(
      sources.some((source) => source.includes(`${word}:`)),
      `the explorer never says "${word}"`,
    )
  }
})
