// A dapp that is connected to the wallet on a phone, with WalletConnect's own packages at both ends.
import { join } from 'node:path'
import { after, before } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { bundle } from '../browser/bundle.mjs'
import { openStage, walletFor } from '../browser/harness.mjs'
import { ROOT } from '../browser/package.mjs'
import { createUser } from '../browser/user.mjs'
import { watchPage } from './outside.mjs'
import { startRelay } from './relay.mjs'
import { startWallet } from './wallet.mjs'

const PAGE = join(ROOT, 'tests', 'walletconnect', 'page.js')

/** The packages' own switch for tests. Without it every request waits for a server of theirs to vouch for the page. */
const IS_TEST = '{"env":{"IS_VITEST":"true"}}'

/** Base and Ethereum. */
const CHAINS = [8453, 1]

let script
const bundled = () => {
  script ??= bundle(PAGE, { define: { global: 'globalThis', process: IS_TEST } })
  return script
}

/**
 * Opens a dapp with a phone and a relay of its own.
 * @param via names the function of `page.js` that gets the wallet
 * @param connected whether there is a session
 * @param rpcUrl a node for each network, by its id; `null` leaves it to WalletConnect's own server, which is not there
 * @param given the phone's options, see `startWallet`
 */
export async function openConnected(stage, { via, user, connected = false, rpcUrl, ...given }) {
  const relay = await startRelay()
  const { access } = relay
  // Its session begins on the first network that the page asks for and the phone has.
  const chains = [...new Set([given.chainId, ...CHAINS])]
  const network = { access, chains, rpcMap: rpcUrl ?? undefined, isConnected: connected }
  const phone = await startWallet({ access, user, ...given })
  const dapp = await stage.openDapp({ user })
  const outside = watchPage(dapp.page)
  await dapp.page.route(/walletconnect\.(org|com)/, (route) => route.abort())
  await dapp.page.exposeFunction('__phone', (act, ...args) => ({ ...phone, cut: relay.cut })[act](...args))
  await dapp.page.addScriptTag({ type: 'module', content: await bundled() })
  await dapp.page.waitForFunction(() => globalThis.connect)
  await dapp.page.evaluate(
    async ({ via, accounts, network }) => {
      globalThis.wallet = await globalThis.connect[via](network)
      globalThis.__wallet = globalThis.handleOf(globalThis.wallet, accounts)
    },
    { via, accounts: phone.accounts, network },
  )

  return {
    ...dapp,
    /** The addresses beyond this machine that the page has requested. */
    outside,
    async close() {
      await dapp.close()
      await phone.stop()
      await relay.stop()
    },
  }
}

/**
 * Returns a function that opens a dapp and connects it; `via` names the function of `page.js` that does so. All dapps
 * of a test file share a sandbox and a browser.
 */
export function useConnectedDapps() {
  let stage
  let sandbox
  const dapps = []
  before(async () => {
    stage = await openStage()
    sandbox = await startSandbox({ stepMs: 200 })
  })
  after(async () => {
    await Promise.all(dapps.map((dapp) => dapp.close()))
    await Promise.all([stage?.close(), sandbox?.stop()])
  })

  return async function open({ via }) {
    const user = createUser()
    const dapp = await openConnected(stage, { via, user, ...walletFor(sandbox, { connected: true }) })
    dapps.push(dapp)
    return { sandbox, dapp, user, outside: dapp.outside }
  }
}
