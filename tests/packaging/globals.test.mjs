// The package where a global is missing, null or forbidden: importing it needs none, and the first call works or names
// what it lacks.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { GLOBALS } from './globals/globals.mjs'
import { outcomesOf, work } from './globals/run.mjs'

const TIMEOUT = { timeout: 180_000 }

describe('importing reads no global, whichever is lacking:', TIMEOUT, () => {
  for (const entry of ['index.js', 'url.js', 'react.js', 'testing.js']) {
    test(entry, async () => {
      const { outcomes, uncaught } = await outcomesOf(entry)
      assert.ok(outcomes.length > GLOBALS.length)
      assert.deepEqual(
        outcomes.filter(({ outcome: { error, touched } }) => error || touched.length > 0),
        [],
      )
      assert.deepEqual(uncaught, [])
    })
  }
})

for (const [entry, call, payments] of [
  ['index.js', 'quote', 0],
  ['url.js', 'quote', 0],
  ['index.js', 'generate', 1],
]) {
  describe(`${call}() of ${entry} works, or names what is lacking:`, TIMEOUT, () => {
    let found
    before(async () => {
      found = await outcomesOf(entry, call)
    })
    const outcomesFor = (wanted) => found.outcomes.filter(({ name }) => name === wanted)

    const isFine = ({ name, outcome: { error, payments: paid } }) => {
      if (!error) return paid === payments
      const [word] = name.split('.').reverse()
      const isSaid = error.message.toLowerCase().includes(word.toLowerCase())
      const isUnpaid = error.paid === 'no' && error.retry !== 'resume' && paid === 0
      return error.code === 'unsupported_environment' && isUnpaid && isSaid
    }

    for (const name of GLOBALS) {
      test(name, () => {
        assert.deepEqual(
          outcomesFor(name).filter((one) => !isFine(one)),
          [],
        )
      })
    }

    test('nothing is lacking', () => {
      const worked = { error: undefined, payments }
      assert.deepEqual(
        outcomesFor('nothing').map(({ outcome }) => outcome),
        [worked, worked, worked],
      )
    })

    test('whatever is lacking, nothing is thrown that nobody catches', () => {
      assert.deepEqual(found.uncaught, [])
    })
  })
}

describe('a purchase needs nothing of a `queueMicrotask` that fake timers have replaced, and that', TIMEOUT, () => {
  for (const way of ['drops', 'throws']) {
    test(way, async () => {
      assert.equal(await work(new URL('globals/faked.mjs', import.meta.url), { way }), 1)
    })
  }
})
