import { createFetchMiddleware } from '@metamask/eth-json-rpc-middleware'
import { rpcErrors } from '@metamask/rpc-errors'

const READS = new Set([
  'eth_blockNumber', 'eth_call', 'eth_estimateGas', 'eth_feeHistory', 'eth_gasPrice', 'eth_getBalance',
  'eth_getBlockByHash', 'eth_getBlockByNumber', 'eth_getCode', 'eth_getLogs', 'eth_getStorageAt',
  'eth_getTransactionByHash', 'eth_getTransactionCount', 'eth_getTransactionReceipt',
])

/**
 * Reads of the chain go to a node through MetaMask's own middleware; the RPC service behind it is ours.
 * @param rpcUrl a URL, or `{ [chainId]: url }` so that a read on another chain fails as it should.
 */
export function createNodeMiddleware({ session, rpcUrl }) {
  const forward = createFetchMiddleware({ rpcService: { request: (request) => post(urlOf(session, rpcUrl), request) } })
  return (call) => (READS.has(call.request.method) ? forward(call) : call.next())
}

function urlOf(session, rpcUrl) {
  const url = typeof rpcUrl === 'string' ? rpcUrl : rpcUrl?.[Number(session.chainId)]
  if (!url) throw rpcErrors.internal({ message: `no node for chain ${session.chainId}` })
  return url
}

async function post(url, request) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  return response.json()
}
