// What the browser tests share: the packed library, served to a dapp page in Chromium, with a wallet injected.
import { join } from 'node:path'
import { launchShell } from './chromium.mjs'
import { openDapp } from './dapp.mjs'
import { ROOT, packLibrary } from './package.mjs'
import { serveFiles } from './static-server.mjs'

export { packLibrary } from './package.mjs'
export { startStubSeller } from './stub-seller.mjs'
export { createUser } from './user.mjs'

const HERE = join(ROOT, 'tests', 'browser')
export const SIGN = 'eth_signTypedData_v4'

/**
 * Browser, packed library and dapp origin, for one test file.
 * @param mounts what is served besides, as for `serveFiles`
 */
export async function openStage({ launch = launchShell, mounts = {} } = {}) {
  const library = await packLibrary()
  const browser = await launch()
  const server = await serveFiles({
    '/': join(HERE, 'dapp.html'),
    '/dapp-page.js': join(HERE, 'dapp-page.js'),
    '/package/': library.directory,
    ...mounts,
  })
  return {
    browser,
    library,
    url: server.url,
    openDapp: ({ url = server.url, ...options } = {}) => openDapp(browser, url, options),
    async close() {
      await browser.close()
      await server.stop()
    },
  }
}

/** A wallet that holds the sandbox's funded account, on the sandbox's chain. */
export const walletFor = (sandbox, overrides = {}) => ({
  privateKeys: [sandbox.payer.privateKey],
  chainId: sandbox.chainId,
  rpcUrl: { [sandbox.chainId]: sandbox.rpcUrl },
  ...overrides,
})

/** The requests a seller has received from now on. */
export function watchRequests(seller) {
  const start = seller.requests.length
  const all = () => seller.requests.slice(start)
  return {
    all,
    creates: () => all().filter(isCreate),
    unpaid: () => all().filter((request) => isCreate(request) && !request.paid),
    paid: () => all().filter((request) => isCreate(request) && request.paid),
    looks: () => all().filter((request) => request.method === 'GET'),
  }
}

const isCreate = ({ method, path }) => method === 'POST' && path.endsWith('/generation/create')

/** What a request pays with. */
export const paymentOf = ({ payment }) => JSON.parse(Buffer.from(payment, 'base64').toString())

export const bodyOf = ({ body }) => (typeof body === 'string' ? JSON.parse(body) : body)

export const sameAddress = (a, b) => a?.toLowerCase() === b?.toLowerCase()
