import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sandbox, stage, useStage } from '../browser/stage.mjs'
import { meet } from './meeting.mjs'
import { SITUATIONS, expected } from './situations.mjs'

const TIMEOUT = { timeout: 1_200_000 }

/** One of each kind, for `npm test`. */
const SLICE = [
  'the page is not connected',
  'it is on another network',
  'it changes the account while the prompt is open',
  'the visitor refuses',
  'it is of another amount',
]

const ALL = Object.entries(SITUATIONS).flatMap(([topic, situations]) =>
  Object.entries(situations).map(([name, situation]) => ({ topic, name, situation })),
)

const isInSlice = ({ name }) => SLICE.includes(name)
assert.equal(ALL.filter(isInSlice).length, SLICE.length, 'each situation of the slice is there, once')

/** A vendor's wallet in the situations of the slice. */
export const testSlice = (vendor) => testVendor(vendor, ALL.filter(isInSlice))

/** A vendor's wallet in all others. Each vendor has its own file, so that they run side by side. */
export const testOthers = (vendor) =>
  testVendor(
    vendor,
    ALL.filter((one) => !isInSlice(one)),
  )

/** A vendor's wallet in all of them. */
export const testAll = (vendor) => testVendor(vendor, ALL)

function testVendor(vendor, situations) {
  useStage({ sandbox: { stepMs: 100 } })

  describe(vendor, TIMEOUT, () => {
    for (const { topic, name, situation } of situations) {
      if (!expected(situation, vendor)) continue
      test(`${topic}: ${name}`, async () => {
        const { outcome, error } = await meet(stage, sandbox, vendor, situation)
        assert.equal(outcome, expected(situation, vendor), error && JSON.stringify(error, null, 2))
      })
    }
  })
}
