// Kills an agent at a moment of its purchase, and starts it again.
import assert from 'node:assert/strict'
import { agent, BUY, outcomeOf, RESUME, sandbox, until } from './agent.mjs'
import { fileStore, openFolder } from './places.mjs'

let last = 0

/** Plays a crash: what was paid for is found by `resume()`, and nothing is paid twice by a purchase with the same id. */
export async function play({ code = '', when, fault, step, isPaid }) {
  const folder = await openFolder()
  const request = { id: `job-${++last}` }
  const before = (await sandbox.payments()).length
  const paid = async () => (await sandbox.payments()).length - before
  if (fault) sandbox.fault(fault, { times: 1 })
  const killed = agent(`${code}${BUY}`, folder, { request })
  await (when ? killed.said(when) : until(async () => (await paid()) > 0))
  await killed.kill()
  assert.equal((await fileStore(folder).read(request.id))?.step, step)

  const resumed = await outcomeOf(agent(RESUME, folder, { request }))
  if (isPaid) assert.ok(sandbox.tasks.has(resumed.taskId) && resumed.video, JSON.stringify(resumed))
  else assert.deepEqual(resumed, {}, 'nothing was paid')
  assert.equal(await paid(), isPaid ? 1 : 0)

  const again = await outcomeOf(agent(BUY, folder, { request }))
  assert.ok(again.video, JSON.stringify(again))
  if (isPaid) assert.equal(again.taskId, resumed.taskId)
  assert.equal(await paid(), 1)
  assert.equal((await fileStore(folder).read(request.id)).step, 'done')
}
