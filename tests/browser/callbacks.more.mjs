// What a page does in its callbacks while a task is waited for. That a callback of `generate` throws is in
// `env.test.mjs`.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { completed } from './stub-seller.mjs'
import { RARELY, failed, processing, take, useGivers } from './waits.mjs'

const TIMEOUT = { timeout: 300_000 }
const VIDEO = completed.body.result.generation.video.url
const OPTIONS = { pollInterval: 2_000 }

const begin = useGivers()
let seller
let dapp

async function open(...status) {
  ;({ seller, dapp } = await begin(status))
  await dapp.page.evaluate(() => {
    dapp.outcomeOf = (wait) =>
      wait.then(
        ({ video }) => video.url,
        ({ code }) => code,
      )
    dapp.reported = []
    window.addEventListener('error', (event) => {
      event.preventDefault()
      dapp.reported.push(event.message)
    })
  })
  await take(dapp, seller.url, OPTIONS)
}

describe('a callback that fails', TIMEOUT, () => {
  const ways = {
    throws: () => {
      throw new Error('broken')
    },
    'gives a promise that is rejected': async () => {
      throw new Error('broken')
    },
    'gives a promise that is never settled': () => new Promise(() => {}),
  }
  for (const [name, way] of Object.entries(ways)) {
    test(`that ${name} is reported as the page's own error`, async () => {
      await open(processing(10), processing(60), completed)
      const heard = await dapp.value(
        async (_imagine, { way, options }, { task, outcomeOf }) => {
          const fail = globalThis.eval(`(${way})`)
          const types = []
          const beside = []
          const iterating = (async () => {
            for await (const { type } of task) beside.push(type)
          })()
          const snapshots = []
          task.subscribe(({ status }) => {
            snapshots.push(status?.progress ?? null)
            return fail()
          })
          const [url, quiet] = await Promise.all([
            outcomeOf(
              task.wait({
                ...options,
                onEvent: ({ type }) => {
                  types.push(type)
                  return fail()
                },
                onProgress: fail,
              }),
            ),
            outcomeOf(task.wait()),
          ])
          await iterating
          return { url, quiet, types, beside, snapshots: [...new Set(snapshots)] }
        },
        { way: way.toString(), options: OPTIONS },
      )
      const types = ['status', 'status', 'status', 'done']
      assert.deepEqual(heard, {
        url: VIDEO,
        quiet: VIDEO,
        types,
        beside: ['accepted', ...types],
        snapshots: [null, 10, 60, 100],
      })
      assert.equal(seller.looks(), 3)
      const reported = await dapp.page.evaluate(() => globalThis.dapp.reported)
      if (name.includes('never')) assert.deepEqual(reported, [])
      else assert.ok(reported.length >= 10 && reported.every((message) => message.includes('broken')), `${reported}`)
    })
  }
})

describe('a callback that calls the library', TIMEOUT, () => {
  test('polls: all listeners get each answer once, in order', async () => {
    await open(processing(10), processing(20), completed)
    const { types, progress, url } = await dapp.value(
      async (_imagine, { options }, { task, outcomeOf }) => {
        const types = []
        const progress = []
        let looked = false
        const url = await outcomeOf(
          task.wait({
            ...options,
            onEvent: ({ type }) => {
              types.push(type)
              if (looked) return
              looked = true
              return task.refresh()
            },
            onProgress: (percent) => progress.push(percent),
          }),
        )
        return { types, progress, url }
      },
      { options: OPTIONS },
    )
    assert.equal(url, VIDEO)
    assert.deepEqual(types, ['status', 'status', 'status', 'done'])
    assert.deepEqual(progress, [10, 20, 100])
    assert.equal(seller.looks(), 3)
  })

  test('polls on every event: the task still finishes only once', async () => {
    await open(processing(10), processing(20), completed)
    const types = await dapp.value(
      async (_imagine, { options }, { task }) => {
        const types = []
        const onEvent = ({ type, status }) => {
          types.push(type)
          if (type === 'status' && status.status === 'processing') return task.refresh()
        }
        await task.wait({ ...options, onEvent })
        return types
      },
      { options: OPTIONS },
    )
    assert.equal(types.filter((type) => type === 'done').length, 1)
    assert.equal(types.at(-1), 'done')
    assert.equal(types.filter((type) => type === 'status').length, seller.looks())
  })

  test('waits again: both waits share one poller and its result', async () => {
    await open(processing(10), completed)
    const outcomes = await dapp.value(
      async (_imagine, { options }, { task, outcomeOf }) => {
        let inner
        const outer = outcomeOf(
          task.wait({
            ...options,
            onEvent: () => {
              inner ??= outcomeOf(task.wait())
            },
          }),
        )
        return [await outer, await inner]
      },
      { options: OPTIONS },
    )
    assert.deepEqual(outcomes, [VIDEO, VIDEO])
    assert.equal(seller.looks(), 2)
  })

  test('asks for the status by id: the wait is not affected', async () => {
    await open(processing(10), processing(20), completed)
    const { types, isValue } = await dapp.value(
      async (imagine, { options, url }, { task }) => {
        const types = []
        let looking
        await task.wait({
          ...options,
          onEvent: ({ type }) => {
            types.push(type)
            looking ??= imagine.status('task-1', { baseUrl: url })
          },
        })
        return { types, isValue: (await looking).progress >= 20 }
      },
      { options: OPTIONS, url: seller.url },
    )
    assert.deepEqual(
      [types.length, types.at(-1), isValue],
      [seller.looks(), 'done', true],
      'the events are those of the other looks',
    )
  })

  for (const [when, isEnd, outcome] of [
    ['before the end', ({ type }) => type === 'status', 'aborted'],
    ['at the end', ({ type }) => type === 'done', VIDEO],
  ]) {
    test(`stops ${when}: every wait settles and every iteration ends`, async () => {
      await open(...(when === 'at the end' ? [completed] : [processing(10)]))
      const heard = await dapp.value(
        async (_imagine, { options, isEnd }, { task, outcomeOf }) => {
          const is = globalThis.eval(`(${isEnd})`)
          const types = []
          const iterating = (async () => {
            for await (const { type } of task) types.push(type)
          })()
          const waits = [task.wait({ ...options, onEvent: (event) => is(event) && task.stop() }), task.wait()]
          const outcomes = await Promise.all(waits.map(outcomeOf))
          await iterating
          return { outcomes, types }
        },
        { options: OPTIONS, isEnd: isEnd.toString() },
      )
      const ending = when === 'at the end' ? ['done'] : []
      assert.deepEqual(heard, { outcomes: [outcome, outcome], types: ['accepted', 'status', ...ending] })
    })
  }

  test('unsubscribes: it is not called again', async () => {
    await open(processing(10), completed)
    const { left, stayed } = await dapp.value(
      async (_imagine, { options }, { task }) => {
        const left = []
        const stayed = []
        const off = task.subscribe(({ status }) => {
          left.push(status?.status ?? null)
          if (status) off()
        })
        task.subscribe(({ status }) => stayed.push(status?.status ?? null))
        await task.wait(options)
        return { left, stayed: [...new Set(stayed)] }
      },
      { options: OPTIONS },
    )
    assert.deepEqual(
      [left, stayed],
      [
        [null, 'processing'],
        [null, 'processing', 'completed'],
      ],
    )
  })
})

describe('progress', TIMEOUT, () => {
  /** What `onProgress` is told while looks are made by `refresh`. */
  const byLooking = async (_imagine, { looks, options }, { task }) => {
    const progress = []
    const controller = new AbortController()
    const waiting = task
      .wait({ ...options, signal: controller.signal, onProgress: (percent) => progress.push(percent) })
      .catch(() => {})
    for (let look = 0; look < looks; look++) await task.refresh()
    controller.abort()
    await waiting
    return progress
  }

  test('is null while it is unknown', async () => {
    await open(processing(), { status: 202, body: { status: 'queued' } }, processing('soon'))
    assert.deepEqual(await dapp.value(byLooking, { looks: 3, options: { pollInterval: RARELY } }), [null, null, null])
  })

  test('never goes back, whichever way the task is polled', async () => {
    await open(processing(40), processing(20), processing(), processing(70))
    const progress = await dapp.value(byLooking, { looks: 4, options: { pollInterval: RARELY } })
    assert.deepEqual(progress, [40, 40, 40, 70])
  })

  test('never goes back from one wait to the next', async () => {
    await open(processing(40), processing(20), completed)
    const progress = await dapp.value(
      async (_imagine, { options }, { task }) => {
        const progress = []
        const onProgress = (percent) => progress.push(percent)
        const controller = new AbortController()
        const leave = () => controller.abort()
        await task.wait({ ...options, signal: controller.signal, onProgress, onEvent: leave }).catch(() => {})
        await task.wait({ ...options, onProgress })
        return progress
      },
      { options: OPTIONS },
    )
    assert.deepEqual(progress, [40, 40, 100])
  })
})

describe('a poll by the page', TIMEOUT, () => {
  test('that finds the task failed ends a wait in progress', async () => {
    await open(failed)
    const { looked, waited, error } = await dapp.value(
      async (_imagine, { options }, { task, outcomeOf }) => {
        const waiting = outcomeOf(task.wait(options))
        const { status } = await task.refresh()
        const late = new Promise((resolve) => setTimeout(resolve, 2_000, 'it goes on'))
        return { looked: status, waited: await Promise.race([waiting, late]), error: task.getSnapshot().error?.code }
      },
      { options: { pollInterval: RARELY } },
    )
    assert.deepEqual(
      { looked, waited, error },
      { looked: 'failed', waited: 'generation_failed', error: 'generation_failed' },
    )
    assert.equal(seller.looks(), 1)
  })
})

describe('an abandoned iteration', TIMEOUT, () => {
  test('keeps nothing running once the task was stopped', async () => {
    await open(processing(10))
    await dapp.value(
      async (_imagine, { options }, dapp) => {
        const { task } = dapp
        dapp.iterator = task[Symbol.asyncIterator]()
        await dapp.iterator.next()
        task.stop()
        const controller = new AbortController()
        const leave = ({ type }) => type === 'status' && controller.abort()
        await task.wait({ ...options, signal: controller.signal, onEvent: leave }).catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, 4_000))
      },
      { options: OPTIONS },
    )
    assert.equal(seller.looks(), 1, 'whoever waited has left')
  })
})
