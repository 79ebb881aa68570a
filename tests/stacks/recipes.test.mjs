// README's recipes for embedded wallets: they compile, and what compiles is what is printed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examplesIn, read, sectionOf } from '../papers/papers.mjs'
import { runTool } from '../types/tool.mjs'

const VENDORS = ['CDP', 'Dynamic', 'Magic', 'Privy', 'Turnkey', 'Web3Auth']

test("the recipes for embedded wallets compile against the vendors' types", () =>
  runTool('node_modules/typescript-7/bin/tsc', '-p', 'tests/stacks/recipes'))

test('the recipes that README prints are those that compile', async () => {
  const recipes = await read('tests/stacks/recipes/recipes.js')
  const rows = rowsOf(await sectionOf('README.md', 'Wallets'), VENDORS)
  for (const vendor of VENDORS) {
    const [, code] = /^`([^`]+)`/.exec(rows[vendor] ?? '') ?? assert.fail(`${vendor} has no recipe`)
    assert.ok(bare(recipes).includes(bare(`wallet: ${code}`)), `${vendor}: ${code}`)
  }
  const { code } = (await examplesIn('README.md')).find(({ heading }) => heading === 'Wallets')
  assert.ok(bare(recipes).includes(bare(code)), code)
})

/** The second cell of each row whose first cell is one of these names. */
function rowsOf(text, names) {
  const rows = text.split('\n').map((line) => line.slice(2).split(' | '))
  return Object.fromEntries(rows.filter(([name]) => names.includes(name)).map(([name, pass]) => [name, pass]))
}

const bare = (code) => code.replaceAll(/\s/g, '')
