// The README's table of figures is that of the last run of `npm run bench -- clients`.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { table } from '../../bench/clients/readme.mjs'

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

test("the README's figures are those that were measured", async () => {
  const [, printed] = /<!-- figures -->\n([\s\S]*?)<!-- \/figures -->/.exec(await read('README.md'))
  assert.equal(printed, `${table(JSON.parse(await read('bench/clients.json')))}\n`)
})
