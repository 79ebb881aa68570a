// The browser is killed in each step of a purchase and started again on the same profile: paid once, or provably not at all,
// and what was paid for arrives.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { at } from './calls.mjs'
import { launchProfile } from './chromium.mjs'
import { SIGN, openStage, walletFor } from './harness.mjs'

const request = { prompt: 'A paper boat on a neon river' }

let stage
let sandbox
let folder
let profile
let dapp

before(async () => {
  stage = await openStage()
})
after(() => stage?.close())
beforeEach(async () => {
  sandbox = await startSandbox({ stepMs: 200 })
  folder = await mkdtemp(join(tmpdir(), 'imagine-profile-'))
  await start()
})
afterEach(async () => {
  await profile?.close()
  await sandbox?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function start() {
  profile = await launchProfile(folder)
  dapp = await stage.openDapp({ wallet: walletFor(sandbox), profile })
}

/** Kills every process of the browser, without a word. */
async function kill() {
  const closed = new Promise((resolve) => profile.once('close', resolve))
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes(folder)) process.kill(Number(pid), 'SIGKILL')
  }
  await closed
}

async function crash() {
  await kill()
  await start()
}

/** Begins to buy; what becomes of it is lost with the browser. */
function buy() {
  dapp.run((imagine, { request, options }, dapp) => imagine.submit(request, { ...options, onEvent: dapp.watch.onEvent }), { request, options: at(sandbox.apiUrl) }).catch(() => {})
}

const resume = () => dapp.value(async (imagine, options) => {
  const task = await imagine.resume(undefined, options)
  return task && task.wait()
}, at(sandbox.apiUrl))

const steps = () => dapp.value(async (imagine) => (await imagine.tasks()).map(({ step }) => step))

/** The video is there, paid once, and nobody was asked to sign again. */
async function assertTakenUp() {
  const { taskId, receipt, video } = await resume()
  assert.ok(sandbox.tasks.has(taskId) && video.url)
  const payments = await sandbox.payments()
  assert.deepEqual(payments.map(({ transaction }) => transaction), [receipt.transaction])
  assert.equal(await dapp.asked(SIGN), 0, 'signatures after the crash')
  assert.deepEqual(await steps(), ['done'])
}

describe('killed', { timeout: 300_000 }, () => {
  test('while the wallet asks: nothing was paid, and there is nothing to take up', async () => {
    dapp.user.answers.eth_signTypedData = 'waits'
    buy()
    await dapp.user.opened('eth_signTypedData')
    await crash()
    assert.deepEqual(await steps(), ['signing'], 'the journal had it before the wallet opened')
    assert.equal(await resume(), null)
    assert.equal((await sandbox.payments()).length, 0)
  })

  test('after the signature, before the payment left: it is sent then', async () => {
    let held
    const leaving = new Promise((resolve) => { held = resolve })
    await dapp.page.route('**/generation/create', (route) => (route.request().headers()['x-payment'] ? held() : route.continue()))
    buy()
    await leaving
    await crash()
    assert.deepEqual(await steps(), ['signed'], 'the journal had it before it left')
    assert.equal((await sandbox.payments()).length, 0)
    await assertTakenUp()
  })

  test('after the payment left: the answer is found again', async () => {
    sandbox.fault('paid-delayed')
    buy()
    while ((await sandbox.payments()).length === 0) await sandbox.client.getBlockNumber()
    await crash()
    assert.deepEqual(await steps(), ['signed'])
    await assertTakenUp()
  })

  test('after the answer: the task is taken up', async () => {
    buy()
    await dapp.untilEvent('accepted')
    await crash()
    assert.deepEqual(await steps(), ['accepted'])
    await assertTakenUp()
  })
})
