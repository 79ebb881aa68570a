// What a page may do to the platform, or a browser where cookies are blocked.
import assert from 'node:assert/strict'
import { test } from 'node:test'

/** Each runs in the page, before the library is loaded. */
const SABOTAGE = {
  'BroadcastChannel that cannot be made (Firefox, cookies blocked)': () => {
    globalThis.BroadcastChannel = class {
      constructor() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      }
    }
  },
  'BroadcastChannel whose messages cannot be sent': () => {
    BroadcastChannel.prototype.postMessage = () => {
      throw new DOMException('could not be cloned', 'DataCloneError')
    }
  },
  'BroadcastChannel that cannot be closed': () => {
    BroadcastChannel.prototype.close = () => {
      throw new Error('no')
    }
  },
  'no BroadcastChannel': () => {
    delete globalThis.BroadcastChannel
  },
  'Web Locks that are null': () => {
    Object.defineProperty(navigator, 'locks', { value: null })
  },
  'Web Locks that are not shown': () => {
    Object.defineProperty(navigator, 'locks', {
      get() {
        throw new DOMException('insecure', 'SecurityError')
      },
    })
  },
  'Web Locks that refuse': () => {
    LockManager.prototype.request = () => Promise.reject(new DOMException('insecure', 'SecurityError'))
  },
  'Web Locks that throw': () => {
    LockManager.prototype.request = () => {
      throw new TypeError('no locks here')
    }
  },
  'timers that cannot be cleared': () => {
    globalThis.clearTimeout = () => {
      throw new Error('no')
    }
  },
  'requests that cannot be called off': () => {
    AbortController.prototype.abort = () => {
      throw new Error('no')
    }
  },
  'a visibility that cannot be read': () => {
    Object.defineProperty(document, 'visibilityState', {
      get() {
        throw new Error('no')
      },
    })
  },
  'a listener that cannot be added': () => {
    document.addEventListener = () => {
      throw new Error('no listeners')
    }
  },
  'an error that cannot be reported': () => {
    globalThis.reportError = () => {
      throw new Error('no reports')
    }
  },
}

const SLICE = ['BroadcastChannel that cannot be made (Firefox, cookies blocked)', 'Web Locks that throw']

/** For `npm test`. */
export const testSlice = (open) => testSabotage(open, SLICE)

export const testOthers = (open) =>
  testSabotage(
    open,
    Object.keys(SABOTAGE).filter((name) => !SLICE.includes(name)),
  )

function testSabotage(open, names) {
  for (const name of names) {
    test(name, async () => {
      const { dapp, sandbox, order, assertPaid } = await open()
      await dapp.page.evaluate(SABOTAGE[name])
      const { video, ...rest } = await dapp.value(buyAndFollow, order({ storage: 'memory' }))
      assert.equal(video, `${sandbox.mediaUrl}/video.mp4`)
      assert.deepEqual(rest, { paid: '1.00', shown: video, last: 'done' })
      await assertPaid(1)
    })
  }
}

/** Buys, follows the task in every way there is, and tells what each of them saw. */
async function buyAndFollow(imagine, { request, options }) {
  const task = await imagine.submit(request, {
    ...options,
    onEvent: () => {
      throw new Error('a callback of the page')
    },
  })
  let shown
  task.subscribe((snapshot) => (shown = snapshot))
  const heard = []
  const following = (async () => {
    for await (const { type } of task) heard.push(type)
  })()
  const { video, receipt } = await task.wait(options)
  await following
  return { video: video.url, paid: receipt.amount.amount, shown: shown.result.video.url, last: heard.at(-1) }
}
