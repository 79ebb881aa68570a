// The README's first example, run as it is printed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDapp, sandbox, useStage } from '../browser/stage.mjs'
import { exampleIn } from './papers.mjs'
import { leadToSandbox } from './service.mjs'

useStage({ sandbox: { stepMs: 100 } })

test('the first example pays and shows the video', { timeout: 300_000 }, async () => {
  const example = await exampleIn('README.md', 'js')
  const dapp = await openDapp()
  await leadToSandbox(dapp.page, sandbox)
  await dapp.page.evaluate(() => {
    document.body.innerHTML = '<button>go</button><video muted></video><output></output>'
  })
  await dapp.page.addScriptTag({ type: 'module', content: example })
  const earlier = await sandbox.balanceOf(sandbox.payer.address)
  await dapp.page.click('button')
  await dapp.page.waitForFunction(() => document.querySelector('output').textContent, null, { timeout: 200_000 })

  const said = await dapp.page.textContent('output')
  const [, transaction] = /^paid 1\.00 USDC: (0x[0-9a-f]{64})$/.exec(said) ?? assert.fail(said)
  const settled = await sandbox.client.getTransactionReceipt({ hash: transaction })
  assert.equal(settled.status, 'success')
  assert.equal(earlier - (await sandbox.balanceOf(sandbox.payer.address)), 1_000_000n)
  await dapp.page.waitForFunction(() => document.querySelector('video').videoWidth > 0)
})
