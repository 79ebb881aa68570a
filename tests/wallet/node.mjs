export const READS = new Set([
  'eth_blockNumber',
  'eth_call',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getCode',
  'eth_getLogs',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
])

/** @param rpcUrl a URL, or `{ [chainId]: url }` so that a read on another chain fails as it should. */
export function nodeFor(chainId, rpcUrl) {
  const url = typeof rpcUrl === 'string' ? rpcUrl : rpcUrl?.[Number(chainId)]
  if (!url) throw new Error(`no node for chain ${chainId}`)
  return url
}

/** The node's whole answer, error or result. */
export async function post(url, request) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  return response.json()
}
