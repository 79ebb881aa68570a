// The plugin.
import { generateVideo } from './action.js'
import { openClient } from './client.js'

/** @type {import('@elizaos/core').Plugin} */
export const imaginePlugin = {
  name: 'imagine-x402',
  description: "Buys AI videos with USDC, within the limits of the operator's settings",
  // Without a budget or a key the plugin is not registered.
  init: async (_config, runtime) => openClient(runtime),
  actions: [generateVideo],
}

export default imaginePlugin
