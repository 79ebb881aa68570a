// Nothing is left of a wait that is over: on the page, with the browser, or in memory.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { completed } from './stub-seller.mjs'
import { failed, processing, take, useGivers } from './waits.mjs'

const TIMEOUT = { timeout: 300_000 }

const begin = useGivers(async (browser, script) => {
  const profile = await browser.newContext()
  await profile.addInitScript(script)
  return profile
})
let seller
let dapp

async function open(script, ...status) {
  ;({ seller, dapp } = await begin(status, script))
  await take(dapp, seller.url, { pollInterval: 2_000 })
}

/** Keeps the books of what the page has open, in `opened()`. */
function keepBooks() {
  const listeners = new Map()
  const timers = new Set()
  let channels = 0
  const { addEventListener, removeEventListener } = EventTarget.prototype
  const nameOf = (target) => (target === undefined || target === null ? 'Window' : target.constructor.name)
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    if (rest[0]) {
      const key = `${nameOf(this)} ${type}`
      const known = listeners.get(key) ?? listeners.set(key, new Set()).get(key)
      known.add(rest[0])
    }
    return addEventListener.call(this ?? window, type, ...rest)
  }
  EventTarget.prototype.removeEventListener = function (type, ...rest) {
    listeners.get(`${nameOf(this)} ${type}`)?.delete(rest[0])
    return removeEventListener.call(this ?? window, type, ...rest)
  }
  const { setTimeout, clearTimeout } = globalThis
  globalThis.setTimeout = (callback, ms, ...given) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      callback(...given)
    }, ms)
    timers.add(timer)
    return timer
  }
  globalThis.clearTimeout = (timer) => {
    timers.delete(timer)
    clearTimeout(timer)
  }
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name)
      channels++
    }
    close() {
      channels--
      super.close()
    }
  }
  globalThis.opened = async () => {
    const { held, pending } = await navigator.locks.query()
    return {
      listeners: [...listeners]
        .filter(([, all]) => all.size > 0)
        .map(([key]) => key)
        .sort(),
      timers: timers.size,
      channels,
      locks: [...held, ...pending].length,
    }
  }
}

describe('nothing is left on the page', TIMEOUT, () => {
  // Each of these runs in the page, and is told what is open while it is under way.
  const untilStatus = (task, note) =>
    new Promise((resolve) => {
      const off = task.subscribe(async ({ status }) => {
        if (!status) return
        await note()
        resolve(off)
      })
    })
  const endings = {
    'of a wait that is fulfilled': [
      [processing(10), completed],
      async (task, note) => {
        await task.wait({ pollInterval: 2_000, onEvent: ({ type }) => type === 'status' && note() })
      },
    ],
    'of a wait that fails': [
      [processing(10), failed],
      async (task, note) => {
        await task.wait({ pollInterval: 2_000, onEvent: ({ type }) => type === 'status' && note() }).catch(() => {})
      },
    ],
    'of a wait that runs out of time': [
      [processing(10)],
      async (task, note) => {
        await Promise.all([task.wait({ pollInterval: 2_000, timeout: 500 }).catch(() => {}), note()])
      },
    ],
    'of a wait that is refused': [
      [processing(10)],
      async (task, note) => {
        await Promise.all([task.wait({ pollInterval: 5 }).catch(() => {}), note()])
      },
      'nothing is opened',
    ],
    'of a wait that is aborted between two looks': [
      [processing(10)],
      async (task, note) => {
        const controller = new AbortController()
        const onEvent = async ({ type }) => {
          if (type !== 'status') return
          await note()
          controller.abort()
        }
        await task.wait({ pollInterval: 2_000, signal: controller.signal, onEvent }).catch(() => {})
      },
    ],
    'of a wait that is aborted during a look': [
      ['hang'],
      async (task, note, looking) => {
        const controller = new AbortController()
        const waiting = task.wait({ pollInterval: 2_000, signal: controller.signal }).catch(() => {})
        await looking()
        await note()
        controller.abort()
        await waiting
      },
    ],
    'of a wait that is aborted at the moment of a return': [
      [processing(10)],
      async (task, note) => {
        const controller = new AbortController()
        const { request } = navigator.locks
        navigator.locks.request = (name, options, callback) => {
          navigator.locks.request = request
          return request.call(navigator.locks, name, options, (lock) => {
            const released = callback(lock)
            window.dispatchEvent(new Event('focus'))
            Promise.resolve().then(() => controller.abort())
            return released
          })
        }
        const waiting = task.wait({ pollInterval: 2_000, signal: controller.signal }).catch(() => {})
        await note()
        await waiting
      },
    ],
    'of a wait that is aborted at once': [
      [processing(10)],
      async (task, note) => {
        const controller = new AbortController()
        const waiting = task.wait({ pollInterval: 2_000, signal: controller.signal }).catch(() => {})
        await note()
        controller.abort()
        await waiting
      },
    ],
    'of a wait that others shared': [
      [processing(10)],
      async (task, note) => {
        const controllers = [new AbortController(), new AbortController()]
        const waits = controllers.map(({ signal }) => task.wait({ pollInterval: 2_000, signal }).catch(() => {}))
        await note()
        for (const controller of controllers) controller.abort()
        await Promise.all(waits)
      },
    ],
    'of an iteration that is broken off': [
      [processing(10)],
      async (task, note) => {
        for await (const { type } of task) {
          if (type !== 'status') continue
          await note()
          break
        }
      },
    ],
    'of a subscriber that leaves': [
      [processing(10)],
      async (task, note, _looking, untilStatus) => {
        const off = await untilStatus(task, note)
        off()
      },
    ],
    'of a subscriber that leaves during a look': [
      ['hang'],
      async (task, note, looking) => {
        const off = task.subscribe(() => {})
        await looking()
        await note()
        off()
      },
    ],
    'of a wait that is stopped': [
      [processing(10)],
      async (task, note, _looking, untilStatus) => {
        const waiting = task.wait({ pollInterval: 2_000 }).catch(() => {})
        await untilStatus(task, note)
        task.stop()
        await waiting
      },
    ],
    'of a wait that is stopped during a look': [
      ['hang'],
      async (task, note, looking) => {
        const waiting = task.wait({ pollInterval: 2_000 }).catch(() => {})
        await looking()
        await note()
        task.stop()
        await waiting
      },
    ],
    'of a wait that a look finishes which the page asked for': [
      [completed],
      async (task, note) => {
        const waiting = task.wait({ pollInterval: 2_000 })
        await note()
        await task.refresh()
        await waiting
      },
    ],
    'of a wait whose look is answered at the very moment of the abort': [
      [processing(10)],
      async (task, note) => {
        const controller = new AbortController()
        const onEvent = ({ type }) => type === 'status' && controller.abort()
        const waiting = task.wait({ pollInterval: 2_000, signal: controller.signal, onEvent }).catch(() => {})
        await note()
        await waiting
      },
    ],
    'of a wait that is aborted at the very moment of a look': [
      [processing(10)],
      async (task, note) => {
        const controller = new AbortController()
        const { request } = navigator.locks
        navigator.locks.request = (name, options, callback) => {
          navigator.locks.request = request
          return request.call(navigator.locks, name, options, (lock) => {
            controller.abort()
            return callback(lock)
          })
        }
        const waiting = task.wait({ pollInterval: 2_000, signal: controller.signal }).catch(() => {})
        await note()
        await waiting
      },
    ],
  }

  for (const [name, [status, call, nothing]] of Object.entries(endings)) {
    test(name, async () => {
      await open(keepBooks, ...status)
      const [before, during, left] = await dapp.value(
        async (_imagine, { call, untilStatus }, { task }) => {
          const [run, subscribed] = [call, untilStatus].map((source) => globalThis.eval(`(${source})`))
          const before = await globalThis.opened()
          const during = []
          const note = async () => during.push(await globalThis.opened())
          const looking = async () => {
            while ((await globalThis.opened()).locks === 0)
              await new Promise((resolve) => requestAnimationFrame(resolve))
          }
          await run(task, note, looking, subscribed)
          // What ends by itself has the time for it, but not the time of any timer.
          for (let round = 0; round < 3; round++) await navigator.locks.request('settled', () => fetch('/'))
          return [before, during[0], await globalThis.opened()]
        },
        { call: call.toString(), untilStatus: untilStatus.toString() },
      )
      assert.deepEqual(left, before)
      assert.deepEqual([left.channels, left.locks], [0, 0])
      if (!nothing)
        assert.ok(
          during.channels === 1 && during.timers > before.timers && during.listeners.includes('Window focus'),
          JSON.stringify(during),
        )
    })
  }
})

describe('nothing is left in memory', TIMEOUT, () => {
  /** Shows what the core has: its memory, and its tables of the page's values. */
  function watchCore() {
    const { instantiate } = WebAssembly
    WebAssembly.instantiate = async (...given) => {
      const made = await instantiate.apply(WebAssembly, given)
      globalThis.core = Object.values(made.instance.exports)
      return made
    }
    globalThis.coreSize = () =>
      globalThis.core.reduce(
        (size, part) => ({
          bytes: size.bytes + (part instanceof WebAssembly.Memory ? part.buffer.byteLength : 0),
          values: size.values + (part instanceof WebAssembly.Table ? part.length : 0),
        }),
        { bytes: 0, values: 0 },
      )
  }

  const ROUNDS = 200
  const ways = {
    'wait and abort': async (task, moment) => {
      const controller = new AbortController()
      const waiting = task.wait({ signal: controller.signal }).catch(() => {})
      await moment()
      controller.abort()
      await waiting
    },
    'iterate and break off': async (task, moment) => {
      for await (const event of task) {
        await moment()
        if (event) break
      }
    },
    'subscribe and leave': async (task, moment) => {
      const off = task.subscribe(() => {})
      await moment()
      off()
      await moment()
    },
    'look once': (task) => task.refresh(),
    'wait for one look': (task) => task.wait({ timeout: 0 }).catch(() => {}),
    'wait and abort while somebody else goes on listening': async (task, moment) => {
      globalThis.off ??= task.subscribe(() => {})
      const controller = new AbortController()
      const waiting = task.wait({ signal: controller.signal }).catch(() => {})
      await moment()
      controller.abort()
      await waiting
    },
  }

  const run = (way, rounds) =>
    dapp.value(
      async (_imagine, { way, rounds }, { task }) => {
        const once = globalThis.eval(`(${way})`)
        // So that the core has begun to rest.
        const moment = () => new Promise((resolve) => setTimeout(resolve, 2))
        for (let round = 0; round < rounds; round++) await once(task, moment)
      },
      { way: way.toString(), rounds },
    )

  /**
   * Counts the objects and functions that the page can still reach after a garbage collection. Bytes of the heap would
   * not do: most of what comes and goes there is code, which the engine compiles, optimises and drops as it sees fit.
   */
  async function countObjects() {
    const session = await dapp.page.context().newCDPSession(dapp.page)
    const {
      result: { objectId },
    } = await session.send('Runtime.evaluate', { expression: 'Object.prototype' })
    const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: objectId })
    const count = { objectId: objects.objectId, functionDeclaration: 'function () { return this.length }' }
    const { result } = await session.send('Runtime.callFunctionOn', count)
    await session.detach()
    return result.value
  }

  const measure = async () => ({
    core: await dapp.page.evaluate(() => globalThis.coreSize()),
    objects: await countObjects(),
  })

  for (const [name, way] of Object.entries(ways)) {
    test(`of: ${name}, over and over`, async (t) => {
      await open(watchCore, processing(10))
      await run(way, ROUNDS)
      const first = await measure()
      await run(way, ROUNDS)
      const second = await measure()
      const grown = second.objects - first.objects
      t.diagnostic(`${second.objects} objects, grown by ${grown}`)
      assert.ok(second.core.bytes > 0 && second.core.values > 0, 'the core is seen')
      assert.deepEqual(second.core, first.core, "the core's memory")
      assert.ok(second.objects > ROUNDS, 'the objects are seen')
      // What a round leaves behind is there once a round, however long the rounds took.
      assert.ok(grown < ROUNDS / 2, `${grown} objects more after ${ROUNDS} more rounds`)
    })
  }

  test('of a task that is no longer referenced', async () => {
    await open(watchCore, processing(10))
    await dapp.value(async (imagine, _args, dapp) => {
      dapp.task = undefined
      dapp.tasks = []
      for (let round = 0; round < 20; round++) {
        const task = await imagine.resume('task-1')
        const controller = new AbortController()
        const waiting = task.wait({ signal: controller.signal }).catch(() => {})
        task.subscribe(() => {})()
        await task.refresh()
        controller.abort()
        await waiting
        dapp.tasks.push(new WeakRef(task))
      }
    })
    for (let times = 0; times < 3; times++) await dapp.page.requestGC()
    const alive = await dapp.page.evaluate(() => globalThis.dapp.tasks.filter((task) => task.deref()).length)
    assert.ok(alive <= 1, `${alive} of 20 are still there; the last may be`)
  })
})
