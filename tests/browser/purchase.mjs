// A purchase at the sandbox's seller, with the money counted on both sides.
import assert from 'node:assert/strict'
import { SIGN, walletFor, watchRequests } from './harness.mjs'
import { dapp, openDapp, sandbox } from './stage.mjs'

export const ONE_USDC = 1_000_000n
export const request = { prompt: 'A paper boat on a neon river', duration: 8 }

export const open = ({ wallet = {}, ...options } = {}) => openDapp({ wallet: walletFor(sandbox, wallet), ...options })

export async function balances(from = sandbox) {
  const [payer, seller] = await Promise.all([from.balanceOf(from.payer.address), from.balanceOf(from.payTo)])
  return { payer, seller }
}

/** Runs `buy` and checks that exactly one payment of `price` went from payer to seller, for one signature. */
export async function assertOnePayment(buy, { price = ONE_USDC, from = sandbox } = {}) {
  const earlier = await balances(from)
  const watch = watchRequests(from)
  const result = await buy()
  const later = await balances(from)
  assert.equal(later.payer - earlier.payer, -price, "the payer's balance")
  assert.equal(later.seller - earlier.seller, price, "the seller's balance")
  assert.equal(watch.paid().length, 1, 'paid requests')
  assert.equal(await dapp.asked(SIGN), 1, 'signatures asked for')
  return { result, watch }
}
