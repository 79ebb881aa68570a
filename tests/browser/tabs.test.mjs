// The same task in two tabs of one browser: one looks, both hear. Their clock stands still unless a test lets time
// pass.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useStage } from './stage.mjs'
import { completed } from './stub-seller.mjs'
import { begin, focus, one, open, other, outcomes, refresh, seller } from './tabs.mjs'
import { RARELY, failed, outcomeOf, pass, processing, typesOf, untilHeard, wait } from './waits.mjs'

const TIMEOUT = { timeout: 300_000 }
const VIDEO = completed.body.result.generation.video.url

useStage()

describe('two tabs with the same task', TIMEOUT, () => {
  test('poll it as one', async () => {
    await open([processing(10), processing(20)])
    await begin()
    for (const tab of [one, other]) await untilHeard(tab, 1)
    await pass(one, 60_000)
    assert.equal(seller.looks(), 1)
    await focus(other)
    await pass(one, 10)
    for (const tab of [one, other]) await untilHeard(tab, 2)
    await pass(one, 60_000)
    assert.equal(seller.looks(), 2)
    for (const tab of [one, other]) {
      const heard = (await tab.events()).map(({ status }) => status.progress)
      assert.deepEqual(heard, [10, 20])
    }
  })

  test("poll it as one even if the service's address is written differently", async () => {
    await open([processing(10)], { address: (url) => `${url}/` })
    await begin()
    for (const tab of [one, other]) await untilHeard(tab, 1)
    await pass(one, 60_000)
    assert.equal(seller.looks(), 1)
  })

  test('finish together', async () => {
    await open([completed])
    await begin()
    assert.deepEqual(await outcomes(), [VIDEO, VIDEO])
    assert.equal(seller.looks(), 1)
    for (const tab of [one, other]) assert.deepEqual(await typesOf(tab), ['status', 'done'])
  })

  test('fail together', async () => {
    await open([failed])
    await begin()
    assert.deepEqual(await outcomes(), ['generation_failed', 'generation_failed'])
    assert.equal(seller.looks(), 1)
  })

  test('both obey a `Retry-After`', async () => {
    await open([{ status: 429, headers: { 'retry-after': '40' }, body: {} }, completed])
    await begin()
    for (const tab of [one, other]) await tab.untilEvent('retrying')
    await pass(one, 30_000)
    for (const tab of [one, other]) await focus(tab)
    await pass(one, 5_000)
    assert.equal(seller.looks(), 1)
    await pass(one, 10_000)
    assert.deepEqual(await outcomes(), [VIDEO, VIDEO])
    assert.equal(seller.looks(), 2)
  })

  test('each fetch a result that is too long to be passed on', async () => {
    const { generation, templateData } = completed.body.result
    const long = {
      status: 200,
      body: {
        status: 'completed',
        result: { generation, templateData: { ...templateData, more: 'x'.repeat(1_100_000) } },
      },
    }
    await open([long])
    await begin()
    assert.equal(await outcomeOf(one), VIDEO)
    await pass(one, 4_000)
    assert.equal(await outcomeOf(other), VIDEO)
    assert.equal(seller.looks(), 2)
  })

  test('ignore foreign messages on the same channel', async () => {
    await open([processing(10), completed])
    await one.page.evaluate(() => {
      globalThis.overheard = []
      globalThis.channel = new BroadcastChannel('imagine-x402')
      globalThis.channel.onmessage = ({ data }) => globalThis.overheard.push(data)
    })
    await begin()
    for (const tab of [one, other]) await untilHeard(tab, 1)
    await pass(one, 5_000)
    const count = await one.page.evaluate(() => {
      const [{ task, heard }] = globalThis.overheard
      globalThis.nonsense = [
        null,
        1,
        'x',
        [],
        {},
        { task },
        { task, heard: null },
        { task, heard: 7 },
        { task, heard: { status: 'x' } },
        { task, heard: { ...heard, status: -1 } },
        { task, heard: { ...heard, body: 5 } },
        { task: `${task}x`, heard: { ...heard, status: 500, body: '{"status":"failed"}' } },
      ]
      return globalThis.nonsense.length
    })
    for (let at = 0; at < count; at++) {
      await one.page.evaluate((at) => globalThis.channel.postMessage(globalThis.nonsense[at]), at)
      await pass(one, 10)
    }
    await pass(one, 60_000)
    assert.equal(seller.looks(), 1)
    for (const tab of [one, other]) assert.deepEqual(await typesOf(tab), ['status'])
    await focus(other)
    await pass(one, 10)
    assert.deepEqual(await outcomes(), [VIDEO, VIDEO])
  })
})

describe('a poll by the page', TIMEOUT, () => {
  test('also updates the other tab', async () => {
    await open([processing(10)])
    await wait(other, { pollInterval: RARELY })
    await refresh(one)
    await untilHeard(other, 1)
    await pass(one, 6_000)
    assert.equal(seller.looks(), 1)
  })

  test('finishes the task in the other tab', async () => {
    await open([completed])
    await wait(other, { pollInterval: RARELY })
    await refresh(one)
    assert.equal(await outcomeOf(other), VIDEO)
    assert.equal(seller.looks(), 1)
  })
})

describe('a tab that is polling', TIMEOUT, () => {
  test('is waited for, but only briefly', async () => {
    await open(['hang', completed])
    await begin()
    await pass(one, 1_500)
    assert.equal(seller.looks(), 1, 'it has two seconds')
    await pass(one, 2_100)
    assert.deepEqual(await outcomes(), [VIDEO, VIDEO])
    assert.equal(seller.looks(), 2)
    for (const tab of [one, other]) assert.deepEqual(await typesOf(tab), ['status', 'done'])
  })

  test('passes its answer to the tab that waits for it', async () => {
    let answer
    await open([() => new Promise((resolve) => (answer = resolve))])
    await begin()
    await pass(one, 1_500)
    answer(completed)
    assert.deepEqual(await outcomes(), [VIDEO, VIDEO])
    assert.equal(seller.looks(), 1)
  })

  test('and is then closed does not keep others from polling', async () => {
    await open(['hang', completed])
    await begin()
    await one.page.close()
    await pass(other, 1_500)
    assert.equal(await outcomeOf(other), VIDEO)
    assert.equal(seller.looks(), 2)
  })

  test('polls once and releases its lock even if the page returns again meanwhile', async () => {
    await open([processing(10)])
    await begin()
    await untilHeard(one, 1)
    await pass(one, 60_000)
    // The events of a page that is shown come one by one, the later ones perhaps when the earlier have led to
    // something.
    await one.page.evaluate(() => {
      const { request } = navigator.locks
      navigator.locks.request = (...given) => {
        navigator.locks.request = request
        const asked = navigator.locks.request(...given)
        window.dispatchEvent(new Event('focus'))
        return asked
      }
      document.dispatchEvent(new Event('visibilitychange'))
    })
    for (let moment = 0; moment < 3; moment++) await pass(one, 10)
    assert.equal(seller.looks(), 2, 'at once')
    assert.deepEqual(
      await one.page.evaluate(async () => (await navigator.locks.query()).held.map(({ name }) => name)),
      [],
    )
  })
})

describe('a browser that keeps its tabs apart', TIMEOUT, () => {
  const cases = [
    ['Web Locks', () => delete Navigator.prototype.locks, 1],
    ['BroadcastChannel', () => delete globalThis.BroadcastChannel, 2],
    [
      'both',
      () => {
        delete Navigator.prototype.locks
        delete globalThis.BroadcastChannel
      },
      2,
    ],
  ]
  for (const [name, script, looks] of cases) {
    test(`without ${name} finishes the task in both`, async () => {
      await open([completed], { script })
      assert.deepEqual(
        await one.page.evaluate(
          () =>
            [typeof navigator.locks, typeof globalThis.BroadcastChannel].filter((type) => type === 'undefined').length,
        ),
        name === 'both' ? 2 : 1,
      )
      await begin()
      assert.equal(await outcomeOf(one), VIDEO)
      await pass(one, 4_000)
      assert.equal(await outcomeOf(other), VIDEO)
      assert.equal(seller.looks(), looks)
    })

    test(`without ${name} polls although another tab hangs`, async () => {
      await open(['hang', completed], { script })
      await begin()
      await pass(one, 1_600)
      await pass(one, 2_100)
      assert.equal(await outcomeOf(other), VIDEO)
      assert.equal(seller.looks(), 2)
    })
  }
})
