import { createTill1 } from './till1.mjs'
import { createTill2 } from './till2.mjs'
import { createTillBoth } from './till-both.mjs'
import { createTillHybrid } from './till-hybrid.mjs'

const TILLS = { 1: createTill1, 2: createTill2, both: createTillBoth, hybrid: createTillHybrid }

/**
 * What a request has to pass: without a payment it is answered 402, with one it is let through and the payment settled.
 * @param {object} options
 * @param {import('./options.mjs').Options['x402']} options.x402 the version it speaks
 * @param {string} options.network the chain, as version 1 names it
 * @param {string} options.caip2 the chain, as version 2 names it
 * @param {{ address: string, decimals: number, eip712: { name: string, version: string } }} options.asset the token
 * @param {string} options.payTo
 * @param {string} options.facilitatorUrl
 * @returns {Promise<(price: bigint) => import('express').RequestHandler>} a till for each price, in millionths of a
 *   USDC
 */
export async function createTill({ x402, ...options }) {
  return TILLS[x402](options)
}
