// Between two looks at a task: what makes a page look sooner, and what later. Its clock stands still unless a test lets
// time pass.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { completed } from './stub-seller.mjs'
import {
  RARELY,
  openStillProfile,
  outcomeOf,
  pass,
  processing,
  take,
  typesOf,
  untilHeard,
  useGivers,
  wait,
} from './waits.mjs'

const TIMEOUT = { timeout: 300_000 }
const VIDEO = completed.body.result.generation.video.url
/** What comes at once still comes by a timer. */
const AT_ONCE = 10

const openGiver = useGivers(openStillProfile)
let seller
let dapp

async function open(...status) {
  ;({ seller, dapp } = await openGiver(status))
  await take(dapp, seller.url)
}

/** Waits with looks that are far apart, and has had the first one. */
async function begin(...status) {
  await open(...status)
  await wait(dapp, { pollInterval: RARELY })
  await pass(dapp, 6_000)
  await seller.untilLooks(1)
  await untilHeard(dapp, 1)
}

/**
 * The events of a page that is shown again, and one of them is enough. They are made up here; `background.more.mjs` has
 * real ones.
 */
const RETURNS = {
  focus: () => window.dispatchEvent(new Event('focus')),
  pageshow: () => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
  resume: () => document.dispatchEvent(new Event('resume')),
  visibilitychange: () => document.dispatchEvent(new Event('visibilitychange')),
}

const happens = (event) => dapp.page.evaluate(event)

const show = (visibility) =>
  dapp.page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility })
    document.dispatchEvent(new Event('visibilitychange'))
  }, visibility)

const offline = (is) => dapp.page.context().setOffline(is)

const ups = async () =>
  (await dapp.events()).filter(({ type }) => type !== 'status').map(({ type, why }) => (why ? `${type} ${why}` : type))

describe('a page that returns', TIMEOUT, () => {
  for (const [name, event] of Object.entries(RETURNS)) {
    test(`polls at once: ${name}`, async () => {
      await begin(processing(10))
      await pass(dapp, 60_000)
      assert.equal(seller.looks(), 1, 'the regular look is far away')
      await happens(event)
      await pass(dapp, AT_ONCE)
      await untilHeard(dapp, 2)
      await pass(dapp, 60_000)
      assert.equal(seller.looks(), 2)
    })
  }

  test('polls at once when the network is back', async () => {
    await begin(processing(10))
    await offline(true)
    await pass(dapp, 10_000)
    assert.equal(seller.looks(), 1)
    await offline(false)
    await pass(dapp, AT_ONCE)
    await untilHeard(dapp, 2)
    assert.equal(seller.looks(), 2)
  })

  test('polls once, however many events report the return', async () => {
    await begin(processing(10))
    await pass(dapp, 60_000)
    for (let round = 0; round < 3; round++) for (const event of Object.values(RETURNS)) await happens(event)
    await pass(dapp, AT_ONCE)
    await untilHeard(dapp, 2)
    await pass(dapp, 60_000)
    assert.equal(seller.looks(), 2)
  })

  test('does not poll again because of events during a poll', async () => {
    let answer
    await begin(processing(10), () => new Promise((resolve) => (answer = resolve)), completed)
    await pass(dapp, 60_000)
    await happens(RETURNS.focus)
    await pass(dapp, AT_ONCE)
    await seller.untilLooks(2)
    for (const event of Object.values(RETURNS)) await happens(event)
    await pass(dapp, 3_000)
    answer(processing(20))
    await untilHeard(dapp, 2)
    await pass(dapp, 60_000)
    assert.equal(seller.looks(), 2)
  })

  test('waits two seconds after an answer', async () => {
    await begin(processing(10))
    await pass(dapp, 500)
    await happens(RETURNS.focus)
    await pass(dapp, 1_400)
    assert.equal(seller.looks(), 1)
    await pass(dapp, 200)
    await untilHeard(dapp, 2)
    assert.equal(seller.looks(), 2)
  })

  test('does not poll when it is hidden, or loses the focus', async () => {
    await begin(processing(10))
    await pass(dapp, 60_000)
    await show('hidden')
    await happens(() => window.dispatchEvent(new Event('blur')))
    await pass(dapp, 60_000)
    assert.equal(seller.looks(), 1)
    await show('visible')
    await pass(dapp, AT_ONCE)
    await untilHeard(dapp, 2)
  })
})

describe('a page without a network', TIMEOUT, () => {
  test('reports it once, and finishes when the network is back', async () => {
    await open(processing(10), completed)
    await wait(dapp, { pollInterval: 3_000 })
    await pass(dapp, 4_000)
    await untilHeard(dapp, 1)
    await offline(true)
    for (let minute = 0; minute < 3; minute++) await pass(dapp, 60_000)
    await dapp.untilEvent('retrying')
    assert.equal(seller.looks(), 1)
    // Not one look within two seconds of an error.
    await pass(dapp, 2_000)
    await offline(false)
    await pass(dapp, AT_ONCE)
    assert.equal(await outcomeOf(dapp), VIDEO)
    const said = await ups()
    const changes = said.filter((what) => what !== 'retrying')
    assert.deepEqual(changes, ['paused offline', 'resumed offline', 'done'])
    const tries = said.length - changes.length
    assert.ok(tries >= 1 && tries <= 3, `a look in a minute at most: ${said}`)
    assert.equal(seller.looks(), 2)
  })

  test('retries when the network is lost during a poll', async () => {
    await begin(processing(10), 'hang', completed)
    await pass(dapp, 60_000)
    await happens(RETURNS.focus)
    await pass(dapp, AT_ONCE)
    await seller.untilLooks(2)
    await offline(true)
    seller.cut()
    await dapp.untilEvent('retrying')
    // Not one look within two seconds of an error.
    await pass(dapp, 2_000)
    await offline(false)
    await pass(dapp, AT_ONCE)
    assert.equal(await outcomeOf(dapp), VIDEO)
    assert.deepEqual(
      (await ups()).filter((what) => what !== 'retrying'),
      ['paused offline', 'resumed offline', 'done'],
    )
  })

  test('goes on polling slowly, in case the browser is wrong', async () => {
    await open(processing(10))
    // A browser that is wrong about the network, as behind some proxies.
    await dapp.page.evaluate(() => {
      Object.defineProperty(navigator, 'onLine', { get: () => false })
      window.dispatchEvent(new Event('offline'))
    })
    await wait(dapp, { pollInterval: 3_000 })
    await pass(dapp, 59_000)
    assert.equal(seller.looks(), 0)
    for (let minute = 1; minute <= 3; minute++) {
      await pass(dapp, minute === 1 ? 2_000 : 61_000)
      await untilHeard(dapp, minute)
      assert.equal(seller.looks(), minute)
    }
    assert.deepEqual(await ups(), ['paused offline'])
  })
})

describe('a hidden page', TIMEOUT, () => {
  test('polls at the usual interval for five minutes, then once a minute, until it is visible again', async () => {
    await open(processing())
    await wait(dapp, { pollInterval: 10_000 })
    await show('hidden')
    for (let looks = 1; looks <= 20; looks++) {
      await pass(dapp, looks === 2 ? 16_500 : 11_000)
      await untilHeard(dapp, looks)
    }
    assert.deepEqual(await ups(), [])
    while ((await ups()).length === 0) await pass(dapp, 11_000)
    assert.deepEqual(await ups(), ['paused hidden'])
    const before = seller.looks()
    for (let minute = 1; minute <= 4; minute++) {
      await pass(dapp, 60_000)
      await untilHeard(dapp, before + minute)
    }
    assert.equal(seller.looks(), before + 4)

    await pass(dapp, 30_000)
    await show('visible')
    await pass(dapp, AT_ONCE)
    await untilHeard(dapp, before + 5)
    assert.deepEqual(await ups(), ['paused hidden', 'resumed hidden'])
    await pass(dapp, 11_000)
    await untilHeard(dapp, before + 6)
  })
})

describe('a server that sends `Retry-After`', TIMEOUT, () => {
  test('is not polled earlier, even by a page that returns', async () => {
    await begin(
      processing(10),
      { status: 429, headers: { 'retry-after': '40' }, body: { error: 'slow down' } },
      completed,
    )
    await pass(dapp, 60_000)
    await happens(RETURNS.focus)
    await pass(dapp, AT_ONCE)
    await dapp.untilEvent('retrying')
    const { attempt, inMs } = (await dapp.events()).find(({ type }) => type === 'retrying')
    assert.deepEqual([attempt, inMs], [1, 40_000])
    for (const event of Object.values(RETURNS)) {
      await happens(event)
      await pass(dapp, 9_900)
      assert.equal(seller.looks(), 2)
    }
    await pass(dapp, 500)
    assert.equal(await outcomeOf(dapp), VIDEO)
    assert.equal(seller.looks(), 3)
    assert.deepEqual(await typesOf(dapp), ['status', 'retrying', 'status', 'done'])
  })
})
