// Another wallet of the page, over a node that lies about a payment. It runs in the page:
// `dapp.page.evaluate(announceLiar, lies)` announces it at once, `world.change(announceLiar, lies)` on all pages to
// come.

/**
 * Announces a wallet that reads the chain through the page's own one, `window.ethereum`, and lies about authorizations.
 * @param {{ used?: boolean, aheadS?: number, accounts?: string[], rdns?: string }} lies what it says of every
 *   authorization, how many seconds its newest block is ahead, and its accounts, if not those of the page's own wallet
 */
export function announceLiar({ used, aheadS = 0, accounts, rdns = 'test.liar' }) {
  const AUTHORIZATION_STATE = '0xe94a0102'
  const asked = []
  const own = window.ethereum.request.bind(window.ethereum)
  const request = async (about) => {
    const { method, params } = about
    asked.push(method)
    const isState = method === 'eth_call' && params[0].data.startsWith(AUTHORIZATION_STATE)
    if (isState && used !== undefined) return `0x${String(Number(used)).padStart(64, '0')}`
    if (method === 'eth_accounts' && accounts) return accounts
    const answer = await own(about)
    if (method !== 'eth_getBlockByNumber') return answer
    return { ...answer, timestamp: `0x${(Number(answer.timestamp) + aheadS).toString(16)}` }
  }
  const info = { uuid: crypto.randomUUID(), name: 'Liar', rdns, icon: 'data:image/svg+xml,<svg/>' }
  const detail = Object.freeze({ info, provider: { request } })
  const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
  addEventListener('eip6963:requestProvider', announce)
  announce()
  globalThis.liar = { request, asked }
}
