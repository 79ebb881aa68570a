import '../polyfill.mjs'
import ObjectMultiplex from '@metamask/object-multiplex'
import { WindowPostMessageStream } from '@metamask/post-message-stream'
import { initializeProvider } from '@metamask/providers'
import { config, decide, shelve } from '../page.mjs'
import { createBackground } from './background.mjs'

const ICON = 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/%3E'
const silent = { debug() {}, info() {}, log() {}, trace() {}, warn() {}, error: console.error }

const { name = 'MetaMask', rdns = 'io.metamask', announce = true, setOnWindow = true } = config

// Named after the wallet, so that several of them can live in one page.
const [inpage, contentScript] = [`${rdns}-inpage`, `${rdns}-contentscript`]
const pageSide = channel({ name: inpage, target: contentScript })
const walletSide = channel({ name: contentScript, target: inpage })

const place = shelve(rdns)
createBackground({ config, origin: location.origin, decide }).then(({ stream, ...wallet }) => {
  stream.pipe(walletSide).pipe(stream)
  place(wallet)
})

initializeProvider({
  connectionStream: pageSide,
  logger: silent,
  shouldSetOnWindow: setOnWindow,
  shouldAnnounceCaip294: false,
  providerInfo: announce ? { uuid: crypto.randomUUID(), name, icon: ICON, rdns } : undefined,
})

/** One stream of several, as in the extension: the provider can lose it, and says so. */
function channel(ends) {
  const multiplex = new ObjectMultiplex()
  const stream = new WindowPostMessageStream(ends)
  stream.pipe(multiplex).pipe(stream)
  return multiplex.createStream('metamask-provider')
}
