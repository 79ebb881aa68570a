// Two tabs of one browser that have the same task. Their clock stands still unless a test lets time pass.
import { keep, stage } from './stage.mjs'
import { RARELY, openStillProfile, outcomeOf, pass, startGiver, take, takeUp, wait } from './waits.mjs'

export let seller
export let one
export let other

/** Two tabs with the same task: the one took it, the other took it up. `script` runs in both. */
export async function open(status, { script, address = (url) => url } = {}) {
  seller = keep(await startGiver(...status))
  const profile = keep(await openStillProfile(stage.browser))
  if (script) await profile.addInitScript(script)
  one = await stage.openDapp({ profile })
  await take(one, address(seller.url))
  other = await stage.openDapp({ profile })
  await takeUp(other)
}

/** Both wait. The first look of `one` is due before this ends, that of `other` is not. */
export async function begin() {
  await wait(one, { pollInterval: RARELY })
  await pass(one, 2_000)
  await wait(other, { pollInterval: RARELY })
  await pass(one, 4_000)
  await seller.untilLooks(1)
}

export const outcomes = () => Promise.all([outcomeOf(one), outcomeOf(other)])

export const focus = (tab) => tab.page.evaluate(() => window.dispatchEvent(new Event('focus')))

export const refresh = (tab) => tab.value((_imagine, _args, { task }) => task.refresh())
