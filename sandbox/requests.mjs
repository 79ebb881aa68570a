/** The payment of a request, in whichever header its version has. */
export function paymentOf({ headers }) {
  return headers['payment-signature'] ?? headers['x-payment']
}

/**
 * Writes down each request, also one that a fault keeps from the seller.
 * @param {object[]} requests
 * @returns {import('express').RequestHandler}
 */
export function record(requests) {
  return (request, response, next) => {
    const { method, path } = request
    const { fault } = response.locals
    const payment = paymentOf(request)
    response.locals.log = {
      method,
      path,
      paid: payment !== undefined,
      ...(payment && { payment }),
      body: undefined,
      ...(fault && { fault: fault.name }),
    }
    requests.push(response.locals.log)
    next()
  }
}
