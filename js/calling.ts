/** How the facade calls the core: pages get real errors. */
import { asError, ImagineError, isImagineError, restate, type Failure } from './error.js'
import { mobileLinks } from './mobile.js'
import type { Options } from './options.js'
import { present } from './wallets.js'

/** Awaits a call of the core. The core rejects with a plain object; pages get a real error. */
export async function calling<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (failure) {
    throw isFailure(failure) ? new ImagineError(failure) : asError(failure)
  }
}

/** What the core rejects with: an object with the members of an error. */
function isFailure(thrown: unknown): thrown is Failure {
  const isPlain = typeof thrown === 'object' && thrown !== null && !(thrown instanceof Error) && !isImagineError(thrown)
  return isPlain && 'paid' in thrown
}

/** Options of a call that cannot be aborted. */
export const unsignalled = (options: Options): Options => ({ ...options, signal: undefined })

/** If anything fails before a purchase is resumed, money may have moved for it. */
export async function undecided<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw restate(asError(error), { stage: 'payment', paid: 'unknown', retry: 'resume' })
  }
}

/** Adds what a page needs to let the visitor choose a wallet, or open the page in one. */
export const describeWallets =
  (wallet: Options['wallet']) =>
  (error: ImagineError): never => {
    const { code } = error
    if (code !== 'no_wallet' && code !== 'wallet_ambiguous') throw error
    if (wallet === null)
      throw restate(error, { message: 'no wallet yet: `wallet` is empty; connect one, then try again' })
    const wallets = present().map(({ name, rdns }) => ({ name, ...(rdns && { rdns }) }))
    throw restate(error, { details: { wallets, ...(code === 'no_wallet' && { links: mobileLinks() }) } })
  }
