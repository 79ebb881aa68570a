// What a dapp sells: a button for each thing that it may hold of its visitor's wallet.
import { outcomeOf } from '/dapp-page.js'
import * as imagine from 'imagine-x402'

/** @param hooks wagmi's, of the version that the kit goes with */
export function Shop({ useAccount, useConnectors, useWalletClient }) {
  const { connector } = useAccount()
  const { data: client } = useWalletClient()
  const other = useConnectors().find(({ id }) => id === globalThis.shop.connector)
  const held = {
    'useWalletClient().data': () => client,
    'the connector': () => connector,
    'connector.getProvider()': () => connector?.getProvider(),
    'a connector that is not connected': () => other,
  }
  return Object.entries(held).map(([name, hold]) => (
    <button key={name} type="button" onClick={() => buy(hold())}>
      Buy with {name}
    </button>
  ))
}

function buy(wallet) {
  const { request, options } = globalThis.shop
  globalThis.shop.outcome = outcomeOf(imagine, () => imagine.generate(request, { ...options, wallet }))
}
