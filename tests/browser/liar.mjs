// Another wallet of the page, over a node that lies about a payment. Functions that run in the page, as an `addInitScript` or by `evaluate`.

/**
 * Announces a wallet that reads the chain through the page's own one, `window.ethereum`, and lies about authorizations.
 * @param {{ used?: boolean, aheadS?: number, rdns?: string }} lies what it says of every authorization; how far ahead its newest block is
 */
export function announceLiar({ used, aheadS = 0, rdns = 'test.liar' }) {
  const AUTHORIZATION_STATE = '0xe94a0102'
  const asked = []
  const request = async (about) => {
    const { method, params } = about
    asked.push(method)
    const isState = method === 'eth_call' && params[0].data.startsWith(AUTHORIZATION_STATE)
    if (isState && used !== undefined) return `0x${String(Number(used)).padStart(64, '0')}`
    const answer = await window.ethereum.request(about)
    if (method !== 'eth_getBlockByNumber') return answer
    return { ...answer, timestamp: `0x${(Number(answer.timestamp) + aheadS).toString(16)}` }
  }
  const info = { uuid: crypto.randomUUID(), name: 'Liar', rdns, icon: 'data:image/svg+xml,<svg/>' }
  const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider: { request } }) }))
  addEventListener('eip6963:requestProvider', announce)
  announce()
  globalThis.liar = { request, asked }
}
