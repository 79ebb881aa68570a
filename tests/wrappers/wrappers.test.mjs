// Pages whose `fetch` is not the browser's own: monitoring, native shells, polyfills and apps themselves wrap it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at } from '../browser/calls.mjs'
import { assertOnePurchase, request, useWrappedDapps } from './purchases.mjs'
import { testTroubles } from './troubles.mjs'
import { WRAPPERS } from './wrappers.mjs'

/** One of each kind; wrappers.more.mjs has all. */
const KINDS = [
  'OpenTelemetry 0.203',
  'OpenTelemetry 0.300 with traceparent',
  'Capacitor',
  'the polyfill whatwg-fetch',
  'one that reads the URL as text',
  'one that spreads headers',
  'one that logs the method',
  'one that reads JSON bodies',
]

/** Buys, and asks once how the task is. */
const submitAndAsk = async (imagine, { request, options }) => {
  const { taskId } = await imagine.submit(request, options)
  return imagine.status(taskId, options).then(({ status }) => status)
}

describe('a purchase goes through a fetch', { timeout: 300_000 }, () => {
  const open = useWrappedDapps()
  for (const name of KINDS) {
    test(`wrapped by ${name}`, async () => {
      const opened = await open(WRAPPERS[name])
      const { sandbox, dapp } = opened
      await assertOnePurchase(opened, async () => {
        assert.notEqual(await dapp.value(submitAndAsk, { request, options: at(sandbox.apiUrl) }), 'not_found')
      })
    })
  }
})

testTroubles(1)
