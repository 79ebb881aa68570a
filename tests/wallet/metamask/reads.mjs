import { createFetchMiddleware } from '@metamask/eth-json-rpc-middleware'
import { READS, nodeFor, post } from '../node.mjs'

/** Reads of the chain go to a node through MetaMask's own middleware; the RPC service behind it is ours. */
export function createReads({ session, rpcUrl }) {
  const request = async (body) => post(nodeFor(session.chainId, rpcUrl), body)
  const forward = createFetchMiddleware({ rpcService: { request } })
  return (call) => (READS.has(call.request.method) ? forward(call) : call.next())
}
