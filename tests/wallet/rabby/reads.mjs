import { ethErrors } from 'eth-rpc-errors'
import { READS, nodeFor, post } from '../node.mjs'
import { siteChain } from './connection.mjs'

/**
 * Rabby hands every eth_ method that it does not know to the node: only to well-known reads for a page not connected.
 */
export const createReads =
  ({ session, rpcUrl }) =>
  async (method, params) => {
    if (!READS.has(method) && session.permitted.length === 0) throw ethErrors.provider.unauthorized()
    const url = nodeFor(siteChain(session), rpcUrl)
    const { result, error } = await post(url, { jsonrpc: '2.0', id: 1, method, params })
    if (error) throw error
    return result
  }
