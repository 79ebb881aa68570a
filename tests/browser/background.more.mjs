// A page that is really hidden, throttled, frozen or left, in a browser as visitors have it. What takes time takes it
// by the real clock.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { launchNaturalChromium } from './chromium.mjs'
import { openDapp } from './dapp.mjs'
import { keep, stage, useStage } from './stage.mjs'
import { completed } from './stub-seller.mjs'
import { RARELY, outcomeOf, processing, startGiver, take, takeUp, typesOf, untilHeard, wait } from './waits.mjs'

const TIMEOUT = { timeout: 300_000 }
const VIDEO = completed.body.result.generation.video.url
/** Browsers throttle what has been hidden for five minutes; this one after seconds. */
const EARLY = '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10'

let browser
let seller
let dapp

useStage()

const openTab = () => openDapp(null, stage.url, { profile: browser.profile })

async function open(status, args = []) {
  seller = keep(await startGiver(...status))
  browser = keep(await launchNaturalChromium(args))
  dapp = await openTab()
  await take(dapp, seller.url)
}

/** Waits with looks that are far apart, and has had the first one for more than two seconds. */
async function begin(...status) {
  await open(status)
  await wait(dapp, { pollInterval: RARELY })
  await untilHeard(dapp, 1)
  await sleep(2_100)
}

/** Brings another tab to the front, and gives the way back. */
async function hide() {
  const other = await browser.profile.newPage()
  await other.goto(`${stage.url}?other`)
  await sees('hidden')
  return () => dapp.page.bringToFront()
}

const sees = (visibility) =>
  dapp.page.waitForFunction((visibility) => document.visibilityState === visibility, visibility, { polling: 50 })

async function freeze(tab) {
  const session = await browser.profile.newCDPSession(tab.page)
  const set = (state) => session.send('Page.setWebLifecycleState', { state })
  await set('frozen')
  return () => set('active')
}

const pauses = async () =>
  (await dapp.events())
    .filter(({ type }) => type === 'paused' || type === 'resumed')
    .map(({ type, why }) => `${type} ${why}`)

const locksHeld = (tab = dapp) =>
  tab.page.evaluate(async () => (await navigator.locks.query()).held.map(({ name }) => name))

describe('a tab that is brought to the front again', TIMEOUT, () => {
  test('polls at once, and only once each time', async () => {
    await begin(processing(10))
    for (let looks = 2; looks <= 4; looks++) {
      const show = await hide()
      await sleep(1_000)
      assert.equal(seller.looks(), looks - 1, 'not because it is hidden')
      await show()
      await untilHeard(dapp, looks)
      await sleep(2_500)
      assert.equal(seller.looks(), looks)
    }
    assert.deepEqual(await pauses(), [])
  })
})

describe('a tab that is frozen', TIMEOUT, () => {
  test('reports it, and polls at once when it is resumed', async () => {
    await begin(processing(10), completed)
    await hide()
    const thaw = await freeze(dapp)
    await sleep(3_000)
    assert.equal(seller.looks(), 1)
    await thaw()
    assert.equal(await outcomeOf(dapp), VIDEO)
    assert.equal(seller.looks(), 2)
    assert.deepEqual(await pauses(), ['paused frozen', 'resumed frozen'])
    assert.ok(!(await typesOf(dapp)).includes('retrying'))
  })

  test('does not keep another tab from polling, even if it was awaiting the answer', async () => {
    await open(['hang', completed])
    await wait(dapp, { pollInterval: RARELY })
    await seller.untilLooks(1)
    const other = await openTab()
    await sees('hidden')
    const thaw = await freeze(dapp)
    assert.equal((await locksHeld(other)).length, 1, 'it is still looking')
    await takeUp(other)
    await wait(other, { pollInterval: RARELY })
    assert.equal(await outcomeOf(other), VIDEO)
    await thaw()
    assert.equal(await outcomeOf(dapp), VIDEO, 'it has heard of it')
    assert.equal(seller.looks(), 2)
    assert.ok(!(await typesOf(dapp)).includes('retrying'))
  })
})

describe('a tab that is hidden for minutes', TIMEOUT, () => {
  test('keeps polling at its interval although timers are throttled and the processor is slow', async () => {
    const looks = []
    await open(
      [
        () => {
          looks.push(Date.now())
          return processing()
        },
      ],
      [EARLY],
    )
    const session = await browser.profile.newCDPSession(dapp.page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: 6 })
    // What waiting by timers alone comes to.
    await dapp.page.evaluate(() => {
      globalThis.ticks = []
      const tick = () => setTimeout(() => void ticks.push(Date.now()) ?? tick(), 3_000)
      tick()
    })
    await wait(dapp, { pollInterval: 3_000 })
    await hide()
    await sleep(80_000)
    const since = Date.now() - 60_000
    const inTheLastMinute = (times) => times.filter((time) => time >= since).length
    assert.ok(inTheLastMinute(await dapp.page.evaluate(() => globalThis.ticks)) <= 3, 'the browser does stop timers')
    assert.ok(inTheLastMinute(looks) >= 10, `${inTheLastMinute(looks)} looks in a minute`)
    const pauses = looks.slice(2).map((time, at) => time - looks[at + 1])
    assert.ok(Math.min(...pauses) >= 1_900, `${pauses}`)
  })
})

describe('a page restored from the back/forward cache', TIMEOUT, () => {
  /** Leaves the page for a while, and comes back by the browser's button. */
  async function leaveAndReturn(meanwhile = () => sleep(1_000)) {
    await dapp.page.evaluate(() => {
      globalThis.shown = []
      window.addEventListener('pageshow', ({ persisted }) => globalThis.shown.push(persisted))
    })
    await dapp.page.goto(`${stage.url}?away`)
    await meanwhile()
    await dapp.page.evaluate(() => history.back()).catch(() => {})
    await dapp.page.waitForURL((url) => url.search === '', { waitUntil: 'commit' })
    await dapp.page.waitForFunction(() => globalThis.dapp, undefined, { polling: 50 })
    assert.deepEqual(await dapp.page.evaluate(() => globalThis.shown), [true], 'the browser has kept the page')
  }

  /** Whether the browser freezes what it keeps is its own affair. */
  const said = async () => (await typesOf(dapp)).filter((type) => type !== 'paused' && type !== 'resumed')

  test('goes on waiting, and polls at once', async () => {
    await begin(processing(10), completed)
    await leaveAndReturn(async () => {
      await sleep(1_000)
      assert.equal(seller.looks(), 1)
    })
    assert.equal(await outcomeOf(dapp), VIDEO)
    assert.equal(seller.looks(), 2)
    assert.deepEqual(await said(), ['status', 'status', 'done'])
  })

  test('has cancelled its unanswered poll, without reporting an error', async () => {
    await open(['hang', completed])
    await wait(dapp, { pollInterval: RARELY })
    await seller.untilLooks(1)
    await leaveAndReturn()
    assert.equal(await outcomeOf(dapp), VIDEO)
    assert.equal(seller.looks(), 2)
    assert.deepEqual(await said(), ['status', 'done'])
    assert.deepEqual(await locksHeld(), [])
  })

  test('does not keep another tab from polling, and can be restored although that tab sends messages', async () => {
    await open(['hang', completed])
    await wait(dapp, { pollInterval: RARELY })
    await seller.untilLooks(1)
    const other = await openTab()
    await leaveAndReturn(async () => {
      assert.deepEqual(await locksHeld(other), [])
      await takeUp(other)
      await wait(other)
      assert.equal(await outcomeOf(other), VIDEO)
      assert.equal(seller.looks(), 2)
    })
    assert.equal(await outcomeOf(dapp), VIDEO)
    assert.equal(seller.looks(), 3)
  })
})
