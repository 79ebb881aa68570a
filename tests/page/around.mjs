/**
 * A wallet around another one that is in the page, as the app of a smart account is: it pays from `account`, whose
 * `owner` signs in the wallet inside. To be run in the page before it loads.
 */
export function announceAround({ account, owner }) {
  const inside = () => globalThis.ethereum
  const request = async ({ method, params }) => {
    if (method === 'eth_requestAccounts') await inside().request({ method })
    if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [account]
    return inside().request({ method, params: method === 'eth_signTypedData_v4' ? [owner, params[1]] : params })
  }
  const info = {
    uuid: crypto.randomUUID(),
    name: 'Smart account',
    icon: 'data:image/svg+xml,<svg/>',
    rdns: 'test.smart',
  }
  const detail = Object.freeze({ info, provider: { request } })
  addEventListener('eip6963:requestProvider', () =>
    dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail })),
  )
}
