import '../polyfill.mjs'
import { RainbowProvider } from '@rainbow-me/provider'
import { config, decide, shelve } from '../page.mjs'
import { announceProvider } from './announce.mjs'
import { createBackground } from './background.mjs'
import { createTransport } from './transport.mjs'

const { name = 'Rainbow', rdns = 'me.rainbow', announce = true, setOnWindow = true } = config

const transport = createTransport()
let emit
const provider = new RainbowProvider({
  providerRequestTransport: transport,
  onConstruct: (own) => {
    emit = own.emit
  },
})

const place = shelve(rdns)
createBackground({ config, transport, emit, decide }).then(place)

if (announce) announceProvider({ name, rdns }, provider)
if (setOnWindow) {
  Object.defineProperties(window, {
    rainbow: { value: provider },
    ethereum: { get: () => provider, set() {} },
  })
}
