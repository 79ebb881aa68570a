// The error codes stand in three places, each for its own readers: they must be the same codes.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

async function codesOfTheCore() {
  const [, variants] = /pub enum Code \{([^}]*)\}/.exec(await read('src/core/error.rs'))
  return variants.match(/\w+/g).map((name) => name.replace(/\B[A-Z]/g, '_$&').toLowerCase()).sort()
}

test('the types know every code of the core', async () => {
  const [, union] = /export type ErrorCode =([\s\S]*?)\n\n/.exec(await read('js/types.ts'))
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code)
  assert.deepEqual(codes.sort(), await codesOfTheCore())
})

test("the README's table explains every code of the core", async () => {
  const [, table] = /\n## Errors\n([\s\S]*?)\n## /.exec(await read('README.md'))
  const cells = table.split('\n').filter((line) => /^\| `(?!code`)/.test(line)).map((line) => line.split('|')[1])
  const codes = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code))
  assert.deepEqual(codes.sort(), await codesOfTheCore())
})
