// A dapp that is connected to the wallet on a phone, with WalletConnect's own packages at both ends.
import { join } from 'node:path'
import { after, before } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { bundle } from '../browser/bundle.mjs'
import { openStage } from '../browser/harness.mjs'
import { ROOT } from '../browser/package.mjs'
import { createUser } from '../browser/user.mjs'
import { watchPage } from './outside.mjs'
import { startRelay } from './relay.mjs'
import { startWallet } from './wallet.mjs'

const PAGE = join(ROOT, 'tests', 'walletconnect', 'page.js')

/** The packages' own switch for tests. Without it every request waits for a server of theirs to vouch for the page. */
const IS_TEST = '{"env":{"IS_VITEST":"true"}}'

/**
 * Returns a function that opens a dapp and connects it; `via` names the function of `page.js` that does so. All dapps
 * of a test file share a sandbox, a relay and a browser. `outside` lists what the page requests beyond this machine.
 */
export function useConnectedDapps() {
  let script
  let stage
  let sandbox
  let relay
  const wallets = []
  before(async () => {
    script = await bundle(PAGE, { define: { global: 'globalThis', process: IS_TEST } })
    stage = await openStage()
    sandbox = await startSandbox({ stepMs: 200 })
    relay = await startRelay()
  })
  after(async () => {
    await Promise.all([stage?.close(), ...wallets.map((wallet) => wallet.stop())])
    await Promise.all([sandbox?.stop(), relay?.stop()])
  })

  return async function open({ via }) {
    const { access } = relay
    const { chainId, rpcUrl, payer } = sandbox
    const user = createUser()
    const wallet = await startWallet({ access, chainId, privateKey: payer.privateKey, user })
    wallets.push(wallet)
    const dapp = await stage.openDapp({ user })
    const outside = watchPage(dapp.page)
    await dapp.page.exposeFunction('__scan', wallet.scan)
    await dapp.page.addScriptTag({ type: 'module', content: script })
    await dapp.page.waitForFunction(() => globalThis.connect)
    await dapp.page.evaluate(
      async ({ via, network }) => {
        globalThis.wallet = await globalThis.connect[via](network)
      },
      { via, network: { access, rpcUrl } },
    )

    return { sandbox, dapp, user, outside }
  }
}
