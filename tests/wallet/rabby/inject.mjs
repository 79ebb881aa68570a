import '../polyfill.mjs'
import '@rabby-wallet/page-provider'
import { config, decide, shelve } from '../page.mjs'
import { createBackground } from './background.mjs'

for (const member of ['name', 'rdns', 'announce', 'setOnWindow']) {
  if (member in config)
    throw new Error(`Rabby's script announces itself and takes window.ethereum: no "${member}" for it`)
}

const place = shelve('io.rabby')
createBackground({ config, origin: location.origin, decide }).then(place)
