// A task that is waited for: who gives it, what it is told, and whose clock it goes by. It costs nothing, so no wallet
// and no chain are needed.
import { setTimeout as sleep } from 'node:timers/promises'
import { startStubSeller } from './harness.mjs'
import { keep, stage, useStage } from './stage.mjs'
import { accepted } from './stub-seller.mjs'

/** Far beyond what any of these tests takes: the looks that come before are not the regular ones. */
export const RARELY = 600_000

export const processing = (progress) => ({
  status: 202,
  body: { status: 'processing', ...(progress !== undefined && { progress }) },
})
export const failed = { status: 500, body: { status: 'failed', error: 'the boat sank' } }

/** A seller that gives its tasks away. Each look at `task-1` is answered by the next of `status`. */
export async function startGiver(...status) {
  const seller = await startStubSeller()
  const looks = () => seller.requests.filter(({ method }) => method === 'GET').length
  seller.answer({ probe: accepted('task-1'), status })
  return {
    ...seller,
    looks,
    answer: (...status) => seller.answer({ probe: accepted('task-1'), status }),
    /** Fails after a minute. */
    async untilLooks(count) {
      const ending = new AbortController()
      const late = sleep(60_000, undefined, ending).then(
        () => Promise.reject(new Error(`${looks()} looks instead of ${count}`)),
        () => {},
      )
      await Promise.race([seller.received(() => looks() >= count), late])
      ending.abort()
    },
  }
}

/**
 * Gives the function that opens, for one test, a giver with these answers and a dapp, in the profile that `profileIn`
 * makes in the browser.
 */
export function useGivers(profileIn = () => undefined) {
  useStage()

  return async function open(status, ...about) {
    const seller = keep(await startGiver(...status))
    const dapp = keep(await stage.openDapp({ profile: await profileIn(stage.browser, ...about) }))
    return { seller, dapp }
  }
}

/**
 * A browser profile whose clock stands still: time passes only in `pass`, which gives what follows from it the time to
 * arrive.
 */
export async function openStillProfile(browser) {
  const profile = await browser.newContext()
  await profile.clock.install()
  await profile.clock.pauseAt(Date.now() + 1000)
  return profile
}

export async function pass(dapp, ms) {
  await dapp.page.clock.runFor(ms)
  for (const tab of dapp.page.context().pages()) await settle(tab)
}

/** A lock, a message to other tabs and a request later. */
const settle = (page) =>
  page.evaluate(async () => {
    for (let round = 0; round < 3; round++) {
      await (navigator.locks ? navigator.locks.request('settled', () => {}) : undefined)
      for (let requests = 0; requests < 2; requests++) await fetch('/').catch(() => {})
    }
  })

/** Takes a task; the page keeps it as `dapp.task`. */
export const take = (dapp, baseUrl, options) =>
  dapp.value(
    async (imagine, { options }, dapp) => {
      dapp.task = await imagine.submit({ prompt: 'A paper boat on a neon river' }, options)
    },
    { options: { baseUrl, ...options } },
  )

/** Takes a task up that another tab has. */
export const takeUp = (dapp, options) =>
  dapp.value(
    async (imagine, { options }, dapp) => {
      dapp.task = await imagine.resume('task-1', options)
    },
    { options },
  )

/** Waits for the page's task from now on; `outcomeOf` gives what came of it. */
export const wait = (dapp, options = {}) =>
  dapp.page.evaluate((options) => {
    const { dapp } = globalThis
    dapp.outcome = undefined
    dapp.task
      .wait({ ...dapp.watch, ...options })
      .then(
        ({ video }) => video.url,
        (error) => error.code ?? `${error}`,
      )
      .then((outcome) => {
        dapp.outcome = outcome
      })
  }, options)

/** The address of the video, or the code of the error. */
export async function outcomeOf(dapp) {
  const outcome = await dapp.page.waitForFunction(() => globalThis.dapp.outcome, undefined, {
    polling: 50,
    timeout: 60_000,
  })
  return outcome.jsonValue()
}

export const untilHeard = (dapp, count) =>
  dapp.page.waitForFunction(
    (count) => globalThis.dapp.events.filter(({ type }) => type === 'status').length >= count,
    count,
    { polling: 50, timeout: 60_000 },
  )

export const typesOf = async (dapp) => (await dapp.events()).map(({ type }) => type)
