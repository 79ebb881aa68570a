// The handle of an accepted task: waiting, listening, looking and iterating, together and again after an end.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, generate } from './calls.mjs'
import { dapp, openDapp, openSeller, seller, useStage } from './stage.mjs'
import { completed } from './stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }
const request = { prompt: 'A paper boat on a neon river' }
const processing = { status: 202, body: { status: 'processing', progress: 10 } }
const failed = { status: 500, body: { status: 'failed', error: 'the boat sank' } }
const VIDEO = completed.body.result.generation.video.url

// For its chain: the wallet reads balances there, and nothing that the stub seller takes is ever settled.
useStage({ sandbox: {} })

async function open(script) {
  await openSeller(script)
  await openDapp()
}

/** Pays for a task whose looks are answered by `status`; the page keeps it as `dapp.task`. */
async function buy(...status) {
  await open({ status })
  await dapp.value(
    async (imagine, { request, options }, dapp) => {
      dapp.task = await imagine.submit(request, { ...options, signal: dapp.controller.signal })
    },
    { request, options: at(seller.url) },
  )
}

const looks = () => seller.requests.filter(({ method }) => method === 'GET').length

/** The error belongs to the paid task. */
function assertOwned(error, expected) {
  const { code, paid, taskId, receipt } = error
  assert.deepEqual({ code, paid, taskId }, { paid: 'yes', taskId: 'task-1', ...expected })
  assert.ok(error.isError && error.class && error.branded, `a real ImagineError: ${JSON.stringify(error)}`)
  assert.equal(receipt?.taskId, 'task-1', 'the error has the receipt')
}

describe('wait', TIMEOUT, () => {
  test('can be called again after it was aborted', async () => {
    await buy(processing, completed)
    const { first, causeIsReason, url } = await dapp.value(async (_imagine, _args, { task }) => {
      const controller = new AbortController()
      const leave = ({ type }) => type === 'status' && controller.abort()
      const first = await task.wait({ signal: controller.signal, onEvent: leave }).catch((error) => error)
      const { video } = await task.wait()
      return { first: first.code, causeIsReason: first.cause === controller.signal.reason, url: video.url }
    })
    assert.deepEqual([first, causeIsReason, url], ['aborted', true, VIDEO])
    assert.equal(looks(), 2)
  })

  test('can be called again right after stop', async () => {
    await buy(processing, completed)
    const outcomes = await dapp.value(
      (_imagine, _args, { task }) =>
        new Promise((resolve) => {
          const outcome = (wait) =>
            wait.then(
              ({ video }) => video.url,
              ({ code }) => code,
            )
          const first = outcome(
            task.wait({
              onEvent({ type }) {
                if (type !== 'status') return
                task.stop()
                resolve(Promise.all([first, outcome(task.wait())]))
              },
            }),
          )
        }),
    )
    assert.deepEqual(outcomes, ['aborted', VIDEO])
  })

  test('of several callers shares one poller, and aborting one does not affect the others', async () => {
    await buy(processing, completed)
    const outcomes = await dapp.value(async (_imagine, _args, { task }) => {
      const controller = new AbortController()
      const leave = ({ type }) => type === 'status' && controller.abort()
      const waits = [task.wait({ signal: controller.signal, onEvent: leave }), task.wait(), task.wait()]
      return Promise.all(
        waits.map((wait) =>
          wait.then(
            ({ video }) => video.url,
            ({ code }) => code,
          ),
        ),
      )
    })
    assert.deepEqual(outcomes, ['aborted', VIDEO, VIDEO])
    assert.equal(looks(), 2)
  })

  test('on a finished task with a signal that has fired is aborted', async () => {
    await buy(completed)
    await dapp.value((_imagine, _args, { task }) => task.wait())
    await dapp.abort('object')
    const error = await dapp.failure((_imagine, _args, { task, controller }) =>
      task.wait({ signal: controller.signal }),
    )
    assertOwned(error, { code: 'aborted' })
    assert.ok(error.causeIsReason, 'the cause is the reason itself')
  })

  test('with an invalid option reports that the task is paid, and the task can still be waited for', async () => {
    await buy(completed)
    assertOwned(await dapp.failure((_imagine, _args, { task }) => task.wait({ pollInterval: 5 })), {
      code: 'invalid_request',
    })
    assert.equal(looks(), 0)
    const { video } = await dapp.value((_imagine, _args, { task }) => task.wait())
    assert.equal(video.url, VIDEO)
  })

  test('ends in time if a poll is never answered', async () => {
    await open({ status: 'hang' })
    const error = await dapp.failure(generate, { request, options: at(seller.url, { timeout: 3000 }) })
    assertOwned(error, { code: 'wait_timeout' })
    assert.ok(looks() >= 1, 'it looked')
  })
})

describe('refresh', TIMEOUT, () => {
  test("outlives the purchase's signal", async () => {
    await buy(processing)
    await dapp.abort('Error')
    const status = await dapp.value((_imagine, _args, { task }) => task.refresh())
    assert.deepEqual(status, { status: 'processing', taskId: 'task-1', progress: 10 })
  })

  test('that fails has an error with the task and its payment', async () => {
    await buy('drop')
    assertOwned(await dapp.failure((_imagine, _args, { task }) => task.refresh()), { code: 'network' })
  })

  test('that finds the task ended finishes it: there are no further polls', async () => {
    await buy(completed)
    const seen = await dapp.value(async (_imagine, _args, { task }) => {
      const before = task.getSnapshot()
      const { result } = await task.refresh()
      const snapshot = task.getSnapshot()
      const waited = await task.wait()
      return {
        changed: before !== snapshot && before.result === null,
        identical: snapshot.result === result && waited === result,
        receipt: waited.receipt.taskId,
        url: waited.video.url,
      }
    })
    assert.deepEqual(seen, { changed: true, identical: true, receipt: 'task-1', url: VIDEO })
    assert.equal(looks(), 1)
  })

  test('that finds the task ended ends a wait in progress', async () => {
    await buy(completed)
    const { identical, types } = await dapp.value(async (_imagine, _args, { task }) => {
      const types = []
      const waiting = task.wait({ pollInterval: 600_000, onEvent: ({ type }) => types.push(type) })
      const { result } = await task.refresh()
      return { identical: (await waiting) === result, types }
    })
    assert.ok(identical, 'both have the same result')
    assert.deepEqual(types, ['status', 'done'])
    assert.equal(looks(), 1)
  })
})

describe('subscribe', TIMEOUT, () => {
  test('gets all events although an earlier subscriber has left', async () => {
    // What StrictMode of React does to every effect.
    await buy(processing, completed)
    const { heard, url } = await dapp.value(
      (_imagine, _args, { task }) =>
        new Promise((resolve) => {
          const off = task.subscribe(() => {})
          off()
          const heard = []
          task.subscribe(({ status, result }) => {
            heard.push(status?.status ?? null)
            if (result) resolve({ heard, url: result.video.url })
          })
        }),
    )
    assert.equal(url, VIDEO)
    assert.deepEqual([...new Set(heard)], [null, 'processing', 'completed'])
    assert.equal(looks(), 2)
  })

  test('goes on when a simultaneous wait is rejected', async () => {
    await buy(processing, completed)
    const { code, snapshots } = await dapp.value(async (_imagine, _args, { task }) => {
      const snapshots = []
      const finished = new Promise((resolve) =>
        task.subscribe((snapshot) => {
          snapshots.push(snapshot)
          if (snapshot.result) resolve()
        }),
      )
      const { code } = await task.wait({ pollInterval: 5 }).catch((error) => error)
      await finished
      return { code, snapshots: snapshots.map(({ status, error }) => ({ status: status?.status ?? null, error })) }
    })
    assert.equal(code, 'invalid_request')
    assert.ok(
      snapshots.every(({ error }) => error === null),
      'the task has not failed',
    )
    assert.deepEqual([...new Set(snapshots.map(({ status }) => status))], [null, 'processing', 'completed'])
    assert.equal(looks(), 2)
  })

  test('works as a React external store, with its functions detached', async () => {
    await buy(processing)
    const seen = await dapp.value(async (_imagine, _args, { task }) => {
      const { subscribe, getSnapshot, refresh, stop } = task
      const before = getSnapshot()
      const stable = before === getSnapshot()
      const heard = []
      const off = subscribe((snapshot) => heard.push(snapshot))
      await refresh()
      const after = getSnapshot()
      const steady = after === getSnapshot()
      stop()
      off()
      return {
        stable,
        steady,
        changed: after !== before,
        identical: heard[0] === before && heard.at(-1) === after,
        distinct: new Set(heard).size === heard.length,
        status: after.status.status,
      }
    })
    assert.deepEqual(seen, {
      stable: true,
      steady: true,
      changed: true,
      identical: true,
      distinct: true,
      status: 'processing',
    })

    seller.answer({ status: completed })
    const finished = await dapp.value(
      async (_imagine, _args, { task: { wait, getSnapshot } }) => (await wait()) === getSnapshot().result,
    )
    assert.ok(finished, 'the result is in the snapshot')
  })
})

describe('iterating', TIMEOUT, () => {
  test('a finished task yields its first and its last event', async () => {
    await buy(completed)
    const types = await dapp.value(async (_imagine, _args, { task }) => {
      await task.wait()
      const types = []
      for await (const { type } of task) types.push(type)
      return types
    })
    assert.deepEqual(types, ['accepted', 'done'])
    assert.equal(looks(), 1)
  })

  test('twice at the same time yields the end to both, with one poller', async () => {
    await buy(processing, completed)
    const both = await dapp.value((_imagine, _args, { task }) => {
      const iterate = async () => {
        const types = []
        for await (const { type } of task) types.push(type)
        return types
      }
      return Promise.all([iterate(), iterate()])
    })
    const all = ['accepted', 'status', 'status', 'done']
    assert.deepEqual(both, [all, all])
    assert.equal(looks(), 2)
  })

  test('resolves all pending requests for the next event, in order', async () => {
    await buy(processing, completed)
    const steps = await dapp.value((_imagine, _args, { task }) => {
      const iterator = task[Symbol.asyncIterator]()
      const asked = Array.from({ length: 5 }, () => iterator.next())
      return Promise.all(asked).then((steps) => steps.map(({ value, done }) => (done ? 'end' : value.type)))
    })
    assert.deepEqual(steps, ['accepted', 'status', 'status', 'done', 'end'])
  })

  test('ends at once on `return()`, including pending requests for the next event', async () => {
    await buy(processing)
    const { first, pending, returned, later } = await dapp.value(async (_imagine, _args, { task }) => {
      const iterator = task[Symbol.asyncIterator]()
      const first = (await iterator.next()).value.type
      const waiting = iterator.next()
      const [returned, pending] = await Promise.all([iterator.return(), waiting])
      return { first, pending, returned, later: await iterator.next() }
    })
    assert.equal(first, 'accepted')
    assert.deepEqual([pending.done, returned.done, later.done], [true, true, true])
  })

  test('a job that fails throws its error, which the snapshot keeps', async () => {
    await buy(processing, failed)
    const error = await dapp.failure(async (_imagine, _args, dapp) => {
      dapp.types = []
      try {
        for await (const { type } of dapp.task) dapp.types.push(type)
      } catch (error) {
        dapp.kept = dapp.task.getSnapshot().error === error
        throw error
      }
    })
    assertOwned(error, { code: 'generation_failed' })
    assert.equal(error.retry, 'pays_again')
    const { kept, types } = await dapp.page.evaluate(() => ({
      kept: globalThis.dapp.kept,
      types: globalThis.dapp.types,
    }))
    assert.ok(kept, 'snapshot.error is the error that was thrown')
    assert.deepEqual(types, ['accepted', 'status', 'status'])
  })
})
