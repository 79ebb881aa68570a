// A sandbox for the tests of a file, and sessions that end with each test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { openSession } from './session.mjs'

export let sandbox

export function useSandbox(options) {
  before(async () => {
    sandbox = await startSandbox({ stepMs: 100, ...options })
  })
  after(() => sandbox.stop())
}

const closing = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

export async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'imagine-mcp-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Opens a session with a server of this test. */
export async function open(folder, options) {
  const session = await openSession(sandbox, folder, options)
  closing.push(session.close)
  return session
}

/** Writes a file into a folder of its own. */
export async function fileWith(text) {
  const file = join(await openFolder(), 'file')
  await writeFile(file, text)
  return file
}

/** Counts what is paid in a test. */
export async function counting() {
  const before = (await sandbox.payments()).length
  return async () => (await sandbox.payments()).length - before
}

/** Waits for what can only be polled. */
export async function until(condition) {
  while (!(await condition())) await sleep(20)
}
