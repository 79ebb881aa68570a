// The least that pays: version 1 of x402, viem's signing alone. It keeps no limit, remembers nothing, and waits for
// nothing.
import { createClient, custom, toHex } from 'viem'
import { signTypedData } from 'viem/actions'
import { base } from 'viem/chains'

const TYPES = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
}

export function payingFetch(provider, account) {
  const client = createClient({ chain: base, transport: custom(provider) })
  return async (url, init) => {
    const asked = await fetch(url, init)
    if (asked.status !== 402) return asked
    const [{ scheme, network, payTo, maxAmountRequired, maxTimeoutSeconds, asset, extra }] = (await asked.json())
      .accepts
    const validBefore = String(Math.floor(Date.now() / 1000) + maxTimeoutSeconds)
    const nonce = toHex(crypto.getRandomValues(new Uint8Array(32)))
    const message = { from: account, to: payTo, value: maxAmountRequired, validAfter: '0', validBefore, nonce }
    const domain = { name: extra.name, version: extra.version, chainId: base.id, verifyingContract: asset }
    const signature = await signTypedData(client, {
      account,
      domain,
      types: TYPES,
      primaryType: 'TransferWithAuthorization',
      message,
    })
    const payment = btoa(
      JSON.stringify({ x402Version: 1, scheme, network, payload: { signature, authorization: message } }),
    )
    return fetch(url, { ...init, headers: { ...init.headers, 'x-payment': payment } })
  }
}
