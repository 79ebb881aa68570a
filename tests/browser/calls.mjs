// What many tests have run in the page, most of it calls of the library.

export const generate = (imagine, { request, options }, dapp) =>
  imagine.generate(request, { ...options, ...dapp.watch, signal: dapp.controller.signal })

export const quote = (imagine, { request, options }) => imagine.quote(request, options)

export const status = (imagine, { taskId, options }) => imagine.status(taskId, options)

/** How long the video at that address is, once the page can play it. */
export function playableSeconds(url) {
  return new Promise((resolve, reject) => {
    const video = document.createElement('video')
    video.onloadedmetadata = () => resolve(video.duration)
    video.onerror = () => reject(new Error(video.error.message))
    video.src = url
  })
}

/** Options for a seller: polls as fast as the contract allows. */
export const at = (baseUrl, overrides = {}) => ({ baseUrl, pollInterval: 2000, maxPrice: '2.00', ...overrides })

/** Lets seconds pass on the sandbox's chain and on the clock of the page. */
export async function passTime(sandbox, { page }, seconds) {
  await sandbox.passTime(seconds)
  await page.evaluate((ms) => {
    const now = Date.now
    Date.now = () => now() + ms
  }, seconds * 1000)
}
