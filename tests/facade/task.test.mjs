// What the errors of a task say about the money, by what was paid for it.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { facade } from './facade.mjs'

const ID = 'job-8'
const TASK = 'task-1'
const RECEIPT = { taskId: TASK, payer: '0x01', settled: 'unknown' }

let parts
before(async () => {
  parts = await facade('task', 'error')
})

const failed = () =>
  new parts.ImagineError({ code: 'http', stage: 'wait', paid: 'unknown', retry: 'safe', message: 'answered 502' })

/** A task whose wait and looks end as the test says. */
function openTask(paid, { watch = () => new Promise(() => {}), status = () => Promise.reject(failed()) } = {}) {
  const receipt = paid === 'no' ? null : RECEIPT
  const watching = { watch, status, ended: () => {} }
  return new parts.AcceptedTaskHandle(ID, { taskId: TASK, receipt, paid }, watching)
}

const failure = (work) =>
  work.then(
    () => assert.fail('it should have been rejected'),
    (error) => error,
  )

for (const [what, paid] of [
  ['is free', 'no'],
  ['is paid', 'yes'],
  ['may be paid', 'unknown'],
]) {
  describe(`a task that ${what}`, () => {
    const assertTold = (error) => {
      assert.deepEqual([error.paid, error.retry, error.taskId], [paid, 'resume', TASK])
      assert.deepEqual(error.receipt, paid === 'no' ? undefined : RECEIPT)
    }

    test('keeps it in the error of a failed wait', async () => {
      assertTold(await failure(openTask(paid, { watch: () => Promise.reject(failed()) }).wait()))
    })

    test('keeps it in the error of a failed poll', async () => {
      assertTold(await failure(openTask(paid).refresh()))
    })

    test('keeps it in the error of an aborted wait, before it starts and later', async () => {
      const early = openTask(paid).wait({ signal: AbortSignal.abort() })
      const leaving = new AbortController()
      const late = failure(openTask(paid).wait({ signal: leaving.signal }))
      leaving.abort()
      for (const error of [await failure(early), await late]) {
        assert.equal(error.code, 'aborted')
        assertTold(error)
      }
    })

    test('keeps it in the error made of a foreign thrown value', async () => {
      const cause = new TypeError('the page broke it')
      const error = await failure(openTask(paid, { watch: () => Promise.reject(cause) }).wait())
      assert.equal(error.cause, cause)
      assertTold(error)
    })

    test('keeps it in its snapshot', async () => {
      const task = openTask(paid, { watch: () => Promise.reject(failed()) })
      await failure(task.wait())
      assertTold(task.getSnapshot().error)
    })
  })
}

test('an error that already has the task is not changed', async () => {
  const known = new parts.ImagineError({ ...failed(), message: 'no', taskId: TASK })
  assert.equal(await failure(openTask('yes', { watch: () => Promise.reject(known) }).wait()), known)
})

test('a settlement that is found later makes the payment certain', async () => {
  const task = openTask('unknown')
  const settled = { ...RECEIPT, settled: 'chain' }
  task.settled(undefined)
  assert.equal((await failure(task.refresh())).paid, 'unknown')
  task.settled(settled)
  const error = await failure(task.refresh())
  assert.deepEqual([error.paid, error.receipt], ['yes', settled])
})

test('progress never goes back', async () => {
  const seen = []
  const percents = [10, 40, 30, null, 50]
  const watch = async (_, notify) => {
    for (const progress of percents) {
      notify({ type: 'status', status: { status: 'processing', taskId: TASK, progress }, heardAt: 1 })
    }
    throw failed()
  }
  const onEvent = ({ status }) => void seen.push(status?.progress)
  // A microtask later, as the core does it: the wait has to be there to hear it.
  const later = (...call) => Promise.resolve().then(() => watch(...call))
  await failure(openTask('yes', { watch: later }).wait({ onEvent }))
  assert.deepEqual(seen, [10, 40, 40, 40, 50])
})

describe('a video that is to be kept', () => {
  const KEPT = { type: 'kept', bytes: 5 }
  const result = { taskId: TASK }
  const completed = { status: 'completed', taskId: TASK, progress: 100, result }

  /** A finished task that counts how often its video is kept. */
  function openDone({ keeps, keep = async () => KEPT } = {}) {
    const calls = []
    const watching = {
      watch: () => Promise.resolve().then(() => result),
      status: async () => completed,
      keeps,
      keep: (of) => {
        calls.push(of)
        return keep()
      },
    }
    return { task: new parts.AcceptedTaskHandle(ID, { taskId: TASK, receipt: null, paid: 'no' }, watching), calls }
  }

  const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

  for (const [bought, waited, isKept] of [
    [undefined, undefined, false],
    [true, undefined, true],
    [true, false, false],
    [false, true, true],
    [undefined, true, true],
    [true, null, true],
  ]) {
    test(`with ${bought} of the purchase and ${waited} of the wait is ${isKept ? 'kept' : 'not kept'}`, async () => {
      const { task, calls } = openDone({ keeps: bought })
      const seen = []
      await task.wait({ keep: waited, onEvent: ({ type }) => void seen.push(type) })
      await settled()
      assert.deepEqual([calls, seen], isKept ? [[result], ['done', 'kept']] : [[], ['done']])
    })
  }

  test('is kept for callers that only refresh, iterate or subscribe', async () => {
    const ways = {
      refresh: (task) => task.refresh(),
      subscribe: (task) => task.subscribe(() => {}),
      iterate: async (task) => {
        for await (const _ of task);
      },
    }
    for (const [way, go] of Object.entries(ways)) {
      const { task, calls } = openDone({ keeps: true })
      await go(task)
      await settled()
      assert.deepEqual(calls, [result], way)
    }
  })

  test('that fails or hangs while it is kept changes nothing about the result', async () => {
    for (const keep of [
      () => Promise.reject(new Error('broken')),
      () => new Promise(() => {}),
      () => {
        throw new Error('broken')
      },
    ]) {
      const { task } = openDone({ keeps: true, keep })
      const seen = []
      assert.equal(await task.wait({ onEvent: ({ type }) => void seen.push(type) }), result)
      await settled()
      assert.deepEqual(seen, ['done'])
    }
  })
})
