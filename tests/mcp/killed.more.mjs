// What becomes of a purchase when the server is killed in it, and started again.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { counting, open, openFolder, useSandbox } from './stage.mjs'

useSandbox({ stepMs: 400 })

const REQUEST = { prompt: 'A paper boat on a neon river', id: 'killed' }

describe('a server that is killed', { timeout: 180_000 }, () => {
  for (const step of ['quoted', 'connected', 'signing', 'paying', 'accepted', 'completed'])
    test(`when it has told \`${step}\`: one payment, and the video`, async () => {
      const [paid, folder] = [await counting(), await openFolder()]
      const first = await open(folder)
      const reached = new Promise((resolve) => {
        const onprogress = ({ message }) => message === step && resolve()
        first.call('generate_video', { ...REQUEST, wait_seconds: 60 }, { onprogress }).catch(() => {})
      })
      await reached
      await first.kill()

      const { call } = await open(folder)
      const found = await call('video_status', { wait_seconds: 60 })
      const bought = found.video ? found : await call('generate_video', { ...REQUEST, wait_seconds: 60 })
      assert.equal(bought.status, 'completed', JSON.stringify([found, bought]))
      // Killed before it heard of the transaction, it may not know of it for some time.
      assert.ok(bought.paid === 'yes' || (step === 'paying' && bought.paid === 'unknown'), JSON.stringify(bought))
      assert.ok((await fetch(bought.video)).ok)
      assert.equal(await paid(), 1)
      assert.equal((await call('spending')).spent, '1.00')
    })
})
