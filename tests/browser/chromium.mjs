import { chromium } from 'playwright-core'

/** Headless Chromium that keeps to itself: no updates, no sync, no calls home. */
const options = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
}

export const launchChromium = () => chromium.launch(options)

/** Playwright lets every page open windows unless told not to. */
export const launchStrictChromium = () => chromium.launch({ ...options, ignoreDefaultArgs: ['--disable-popup-blocking'] })

/** Playwright lets hidden pages run at full speed unless told not to. */
export const launchThrottledChromium = () => chromium.launch({ ...options, ignoreDefaultArgs: THROTTLES })
const THROTTLES = ['--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding']

/** A browser of its own whose profile stays in that folder. */
export const launchProfile = (folder) => chromium.launchPersistentContext(folder, options)
