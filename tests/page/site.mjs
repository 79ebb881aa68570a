// What the tests of the page share. Each file runs in a process of its own, so these are plain bindings, which are set
// while its tests run.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach } from 'node:test'
import { finishJob, openBrowser, openSite, visit } from './visit.mjs'

/** Open from the first test to the last. */
export let browser
export let dir
export let site
/** For one test, after `useVisitor`. */
export let visitor
export let page
let had

/** Opens a browser and a site, which is the page before a sandbox, or with `local: false` the page alone. */
export function useSite(options) {
  let close
  before(async () => {
    ;({ browser, dir, close } = await openBrowser())
    site = await openSite(dir, options)
  })
  after(async () => {
    await site?.close()
    await close?.()
  })
}

/** Opens the page anew for each test, after which it has met with nothing that a visitor never should. */
export function useVisitor() {
  beforeEach(async () => {
    visitor = await visit(browser, site.url)
    ;({ page } = visitor)
    had = await balance()
  })
  afterEach(async () => {
    assert.deepEqual(visitor.faults, [])
    await visitor.leave()
  })
}

const balance = () => site.sandbox.balanceOf(site.sandbox.payer.address)

/** What the visitor has spent, in millionths of a dollar. */
export const spent = async () => had - (await balance())

export const finish = (on = page) => finishJob(on, site)

/** The card of an error. */
export const card = () => page.locator('#error')

/** What it says of the money: `yes`, `no` or `unknown`. */
export const moneyTaken = () => card().locator('.money').getAttribute('data-paid')
