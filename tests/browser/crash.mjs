// A browser that is killed, and started again on the same profile.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach } from 'node:test'
import { at } from './calls.mjs'
import { launchProfile } from './chromium.mjs'
import { SIGN, walletFor } from './harness.mjs'
import { keep, openSandbox, sandbox, stage, useStage } from './stage.mjs'

const request = { prompt: 'A paper boat on a neon river' }

let folder
let profile
export let dapp

/** Starts a sandbox and a browser with a profile of its own for each test. */
export function useProfile() {
  useStage()
  beforeEach(async () => {
    await openSandbox({ stepMs: 200 })
    folder = await mkdtemp(join(tmpdir(), 'imagine-profile-'))
    await start()
    keep({ close: leave })
  })
}

async function leave() {
  await profile.close()
  await rm(folder, { recursive: true, force: true })
}

async function start(config) {
  profile = await launchProfile(folder)
  dapp = await stage.openDapp({ wallet: walletFor(sandbox, config), profile })
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

/** The wallet, which lives beside the pages, still has the page's permission when the browser is started again. */
export async function crash() {
  await kill()
  await start({ connected: true })
}

/** Begins to buy; what becomes of it is lost with the browser. */
export function buy() {
  dapp
    .run(
      (imagine, { request, options }, dapp) => imagine.submit(request, { ...options, onEvent: dapp.watch.onEvent }),
      { request, options: at(sandbox.apiUrl) },
    )
    .catch(() => {})
}

export const resume = () =>
  dapp.value(async (imagine, options) => {
    const task = await imagine.resume(undefined, options)
    return task?.wait() ?? null
  }, at(sandbox.apiUrl))

export const steps = () => dapp.value(async (imagine) => (await imagine.tasks()).map(({ step }) => step))

/** The video is there, paid once, and nobody was asked to sign again. */
export async function assertTakenUp() {
  const { taskId, receipt, video } = await resume()
  assert.ok(sandbox.tasks.has(taskId) && video.url)
  const payments = await sandbox.payments()
  assert.deepEqual(
    payments.map(({ transaction }) => transaction),
    [receipt.transaction],
  )
  assert.equal(await dapp.asked(SIGN), 0, 'signatures after the crash')
  assert.deepEqual(await steps(), ['done'])
}
