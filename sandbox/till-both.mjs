import { replaceRefusal } from './refusal.mjs'
import { createTill1 } from './till1.mjs'
import { createTill2 } from './till2.mjs'

/**
 * Both official sellers, each for the payments of its version. Who has not paid gets the header of the second with the
 * body of the first.
 */
export async function createTillBoth(options) {
  const [one, two] = [createTill1(options), await createTill2(options)]
  return (price) => (request, response, next) => {
    if (request.get('payment-signature')) return two(price)(request, response, next)
    if (request.get('x-payment')) return one(price)(request, response, next)
    replaceRefusal(response, () => one(price)(request, response, next))
    return two(price)(request, response, next)
  }
}
