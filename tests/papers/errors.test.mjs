// The error codes stand in three places, each for its own readers: they must be the same codes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesIn, read, sectionOf } from './papers.mjs'

async function codesOfTheCore() {
  const [, variants] = /pub enum Code \{([^}]*)\}/.exec(await read('src/core/error.rs'))
  return variants
    .match(/\w+/g)
    .map((name) => name.replace(/\B[A-Z]/g, '_$&').toLowerCase())
    .sort()
}

test('the types know every code of the core', async () => {
  const [, union] = /export type ErrorCode =([\s\S]*?)\n\n/.exec(await read('js/types.ts'))
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code)
  assert.deepEqual(codes.sort(), await codesOfTheCore())
})

test("the README's table explains every code of the core", async () => {
  const codes = namesIn(await sectionOf('README.md', 'Errors'))
  assert.deepEqual(codes.sort(), await codesOfTheCore())
})
