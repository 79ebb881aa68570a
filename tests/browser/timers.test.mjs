// Who keeps the time: gloo-timers, in the WebAssembly. The facade only wakes what rests.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useWorlds } from './world.mjs'

const TIMEOUT = { timeout: 120_000 }
/** How long the answer to a look is waited for. */
const LOOK_PATIENCE_MS = 20_000
/** How long the journal is waited for. */
const WRITE_PATIENCE_MS = 10_000
/** How long Web Locks are waited for, before each look. */
const LOCK_PATIENCE_MS = 8_000
const open = useWorlds()

/** In the page: who makes each timer, and how often a task is looked at. */
const watch = () => {
  const { setTimeout, fetch } = globalThis
  globalThis.timers = []
  globalThis.looks = 0
  globalThis.setTimeout = (...given) => {
    const { stack } = new Error()
    if (stack.includes('/dist/')) globalThis.timers.push({ ms: given[1], isOfWebAssembly: /wasm[-:]/.test(stack) })
    return setTimeout(...given)
  }
  globalThis.fetch = (url, init) => {
    if (String(url).endsWith('/status')) globalThis.looks += 1
    return fetch(url, init)
  }
}

const seen = ({ page }) => page.evaluate(() => ({ timers: globalThis.timers, looks: globalThis.looks }))

describe('the timers of the library', TIMEOUT, () => {
  test('are one per rest and one per poll timeout during a wait', async () => {
    const { dapp, order } = await open(null, { stepMs: 4_000 })
    await dapp.value(async (imagine, { request, options }, dapp) => {
      dapp.task = await imagine.submit(request, { ...options, wallet: globalThis.ethereum })
    }, order())
    await dapp.page.evaluate(watch)
    await dapp.value(async (_, __, { task }) => (await task.wait()).taskId)
    const { timers, looks } = await seen(dapp)
    assert.ok(looks >= 2, `${looks} looks`)
    assert.ok(timers.every(({ isOfWebAssembly }) => isOfWebAssembly))
    assert.equal(timers.filter(({ ms }) => ms === LOOK_PATIENCE_MS).length, looks)
    assert.equal(timers.filter(({ ms }) => ms === WRITE_PATIENCE_MS).length, 1, 'the end is written down')
    const patience = [LOOK_PATIENCE_MS, WRITE_PATIENCE_MS, LOCK_PATIENCE_MS]
    const rests = timers.filter(({ ms }) => !patience.includes(ms))
    assert.equal(rests.length, looks)
  })

  test('are all set by the WebAssembly during a purchase', async () => {
    const { dapp, order } = await open()
    await dapp.page.evaluate(watch)
    await dapp.value(
      async (imagine, { request, options }) =>
        (await imagine.generate(request, { ...options, wallet: globalThis.ethereum })).taskId,
      order(),
    )
    const { timers } = await seen(dapp)
    assert.ok(timers.length > 10, `${timers.length} timers`)
    assert.deepEqual(
      timers.filter(({ isOfWebAssembly }) => !isOfWebAssembly),
      [],
    )
  })
})
