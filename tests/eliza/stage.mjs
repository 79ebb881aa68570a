// A sandbox for the tests of a file, and what the plugin is tested with.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'

export let sandbox

export function useSandbox() {
  before(async () => {
    sandbox = await startSandbox({ stepMs: 100 })
  })
  after(() => sandbox.stop())
}

const folders = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** The settings of an operator, with a store of its own. */
export async function settings(more) {
  const folder = await mkdtemp(join(tmpdir(), 'imagine-eliza-'))
  folders.push(folder)
  return {
    IMAGINE_BUDGET: '10/day',
    IMAGINE_PRIVATE_KEY: sandbox.payer.privateKey,
    IMAGINE_CHAIN: String(sandbox.chainId),
    IMAGINE_RPC_URL: sandbox.rpcUrl,
    IMAGINE_SERVICE_URL: sandbox.apiUrl,
    IMAGINE_STORE: folder,
    ...more,
  }
}

/** Counts what is paid in a test. */
export async function counting() {
  const before = (await sandbox.payments()).length
  return async () => (await sandbox.payments()).length - before
}
