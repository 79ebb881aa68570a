/**
 * Writes down each request, also one that a fault keeps from the seller.
 * @param {object[]} requests
 * @returns {import('express').RequestHandler}
 */
export function record(requests) {
  return ({ method, path, headers }, response, next) => {
    const { fault } = response.locals
    const payment = headers['x-payment']
    response.locals.log = {
      method, path, paid: payment !== undefined, ...payment && { payment }, body: undefined, ...fault && { fault: fault.name },
    }
    requests.push(response.locals.log)
    next()
  }
}
