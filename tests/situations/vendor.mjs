import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { openStage } from '../browser/harness.mjs'
import { meet } from './meeting.mjs'
import { SITUATIONS, expected } from './situations.mjs'

const TIMEOUT = { timeout: 1_200_000 }

/** A vendor's wallet in every situation; one file for each of them, since together they would take longer than all other files beside them. */
export function testVendor(vendor) {
  let stage
  let sandbox

  before(async () => {
    stage = await openStage()
    sandbox = await startSandbox({ stepMs: 100 })
  })
  after(async () => {
    await stage?.close()
    await sandbox?.stop()
  })

  describe(vendor, TIMEOUT, () => {
    for (const [topic, situations] of Object.entries(SITUATIONS)) {
      for (const [name, situation] of Object.entries(situations)) {
        if (!expected(situation, vendor)) continue
        test(`${topic}: ${name}`, async () => {
          const { outcome, error } = await meet(stage, sandbox, vendor, situation)
          assert.equal(outcome, expected(situation, vendor), error && JSON.stringify(error, null, 2))
        })
      }
    }
  })
}
