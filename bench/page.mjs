import { launchChromium } from '../tests/browser/chromium.mjs'

/**
 * Runs `work` with a page in a browser of its own, so that nothing of an earlier one counts. Playwright's pages are of
 * no use here: it listens to their network, and for that the browser makes many copies of whatever is sent.
 */
export async function withPage(url, work) {
  const browser = await launchChromium()
  try {
    const browsing = await browser.newBrowserCDPSession()
    const { targetId } = await browsing.send('Target.createTarget', { url })
    return await work(await openPage(browsing, targetId), browsing)
  } finally {
    await browser.close()
  }
}

/** Runs each piece of work with a page of its own, in turn, in one new profile. Returns what the last one returns. */
export async function withNewProfile(browsing, url, ...works) {
  const profile = await openProfile(browsing, url)
  try {
    let outcome
    for (const work of works) outcome = await profile.visit(work)
    return outcome
  } finally {
    await profile.close()
  }
}

/** Opens a new profile, whose storage each of its visits finds as the one before has left it. */
export async function openProfile(browsing, url) {
  const { browserContextId } = await browsing.send('Target.createBrowserContext')
  return {
    /** Runs work with a page of its own. */
    async visit(work) {
      const { targetId } = await browsing.send('Target.createTarget', { url, browserContextId })
      const outcome = await work(await openPage(browsing, targetId))
      await browsing.send('Target.closeTarget', { targetId })
      return outcome
    },
    close: () => browsing.send('Target.disposeBrowserContext', { browserContextId }),
  }
}

async function openPage(browsing, targetId) {
  const page = pageOf(await speaking(browsing, targetId))
  await untilLoaded(page)
  return page
}

const pageOf = (send) => ({
  send,
  /** Calls a function of the page's own `bench`. */
  async call(name, ...args) {
    const expression = `bench.${name}(...${JSON.stringify(args)})`
    const { result, exceptionDetails } = await send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails)
      throw new Error(`${name}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
    return result.value
  },
  /** Chooses a file as a visitor does. */
  async choose(file) {
    const { result } = await send('Runtime.evaluate', { expression: "document.querySelector('input')" })
    await send('DOM.setFileInputFiles', { files: [file], objectId: result.objectId })
  },
})

/** Sends the debugger's commands to one page. */
async function speaking(browsing, targetId) {
  const { sessionId } = await browsing.send('Target.attachToTarget', { targetId, flatten: false })
  const waiting = new Map()
  let last = 0
  browsing.on('Target.receivedMessageFromTarget', (heard) => {
    if (heard.sessionId !== sessionId) return
    const { id, result, error } = JSON.parse(heard.message)
    const answer = waiting.get(id)
    waiting.delete(id)
    if (error) answer?.reject(new Error(error.message))
    else answer?.resolve(result)
  })
  return (method, params = {}) =>
    new Promise((resolve, reject) => {
      last += 1
      waiting.set(last, { resolve, reject })
      browsing
        .send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: last, method, params }) })
        .catch(reject)
    })
}

/** A module script runs before the page's `load`; until then the address may still be the empty one. */
async function untilLoaded({ send }) {
  const expression = "document.readyState === 'complete' && 'bench' in globalThis"
  for (;;) {
    const { result } = await send('Runtime.evaluate', { expression }).catch(() => ({ result: {} }))
    if (result.value) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
