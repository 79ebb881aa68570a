/**
 * Deep links that open a page in a wallet's in-app browser, for phones, where wallets do not inject themselves into
 * other browsers' pages.
 */

/** As documented by the vendors; an empty list if there is no page. */
export function mobileLinks(): { name: string; url: string }[] {
  const { href } = (globalThis as { location?: Location }).location ?? {}
  if (!href) return []
  const page = encodeURIComponent(href)
  return [
    // Takes the URL without its scheme, unencoded:
    // https://docs.metamask.io/metamask-connect/evm/guides/metamask-exclusive/use-deeplinks/
    { name: 'MetaMask', url: `https://link.metamask.io/dapp/${href.replace(/^https?:\/\//, '')}` },
    // https://docs.cdp.coinbase.com/coinbase-wallet/developer-guidance/mobile-dapp-integration
    { name: 'Coinbase Wallet', url: `https://go.cb-w.com/dapp?cb_url=${page}` },
    // https://developer.trustwallet.com/developer/develop-for-trust/deeplinking
    { name: 'Trust Wallet', url: `https://link.trustwallet.com/open_url?coin_id=60&url=${page}` },
    // https://docs.phantom.com/phantom-deeplinks/other-methods/browse
    { name: 'Phantom', url: `https://phantom.app/ul/browse/${page}?ref=${page}` },
  ]
}
