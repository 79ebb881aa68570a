// From which price on the user is asked.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { build } from 'esbuild'
import { ROOT } from '../browser/package.mjs'

let isAbove
before(async () => {
  const bundled = {
    entryPoints: ['js/node/mcp/limits.ts'],
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    write: false,
  }
  const { outputFiles } = await build(bundled)
  ;({ isAbove } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  ))
})

test('a price is above a limit exactly if it has more of the smallest units', () => {
  let seed = 1
  const below = (end) => (seed = (seed * 48_271) % 2_147_483_647) % end
  for (let round = 0; round < 2_000; round += 1) {
    const decimals = below(19)
    const units = (digits) => BigInt(below(10 ** Math.min(9, digits + 1)))
    const limit = units(decimals)
    const text = limit.toString().padStart(decimals + 1, '0')
    const [whole, fraction] = [text.slice(0, text.length - decimals), text.slice(text.length - decimals)]
    const amount = fraction ? `${whole}.${fraction}` : whole
    for (const price of [limit - 1n, limit, limit + 1n, units(decimals)].filter((price) => price >= 0n))
      assert.equal(isAbove({ atomic: String(price), decimals }, amount), price > limit, `${price} of ${amount}`)
  }
})

test('decimals that the token does not have lower the limit', () => {
  const price = (atomic) => ({ atomic, decimals: 2 })
  assert.equal(isAbove(price('101'), '1.019'), false)
  assert.equal(isAbove(price('102'), '1.019'), true)
})
