import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'
import { CHROMIUM, CHROMIUM_SHELL } from '../../scripts/setup.mjs'

/**
 * Panes under an address bar that no test sees, in a process of their own for every window: more than half of what
 * opening a page takes.
 */
const PANES = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup']

/** What playwright 1.65 turns off: of two such flags Chromium heeds the later. */
const BY_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
]

const without = (features) => `--disable-features=${features.join()}`

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Headless Chromium that keeps to itself: no updates, no sync, no calls home. */
const options = {
  executablePath: CHROMIUM,
  args: [...ARGUMENTS, without([...BY_PLAYWRIGHT, ...PANES])],
}

export const launchChromium = () => chromium.launch(options)

/**
 * The same engine without browser windows, which playwright itself takes where nobody looks on: a page opens in a third
 * of the time.
 */
export const launchShell = () => chromium.launch({ executablePath: CHROMIUM_SHELL, args: ARGUMENTS })

/** Playwright lets every page open windows unless told not to. */
export const launchStrictChromium = () =>
  chromium.launch({ ...options, ignoreDefaultArgs: ['--disable-popup-blocking'] })

/**
 * Playwright lets hidden pages run at full speed unless told not to; those that it opened itself are never hidden,
 * though.
 */
export const launchThrottledChromium = () => chromium.launch({ ...options, ignoreDefaultArgs: THROTTLES })
const THROTTLES = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

/** A browser of its own whose profile stays in that folder. */
export const launchProfile = (folder) => chromium.launchPersistentContext(folder, options)

/**
 * A browser as visitors have it, where playwright would keep every page awake: of the tabs of its one `profile` all but
 * the one in front are hidden, their timers are throttled, they can be frozen, and pages that are left are kept for the
 * way back.
 */
export async function launchNaturalChromium(args = []) {
  const folder = await mkdtemp(join(tmpdir(), 'imagine-natural-'))
  const flags = [
    ...ARGUMENTS,
    without(PANES),
    '--headless',
    '--remote-debugging-port=0',
    `--user-data-dir=${folder}`,
    ...args,
    'about:blank',
  ]
  const child = spawn(options.executablePath, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const browser = await chromium.connectOverCDP(await addressOf(child), { noDefaults: true })
  return {
    profile: browser.contexts()[0],
    async close() {
      await browser.close()
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function addressOf({ stderr }) {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stderr })
    lines.on('line', (line) => {
      const [, address] = /^DevTools listening on (ws:\S+)/.exec(line) ?? []
      if (address) resolve(address)
    })
    lines.on('close', () => reject(new Error('Chromium did not start')))
  })
}
