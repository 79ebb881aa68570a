import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Asks again and again until the answer is truthy; generous, because only a broken sandbox ever needs the whole time.
 */
export async function until(what, ask, deadline = 30_000) {
  const end = Date.now() + deadline
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    assert.ok(Date.now() < end, `never happened: ${what}`)
    await sleep(20)
  }
}
