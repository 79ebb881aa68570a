/**
 * Writes down each request, also one that a fault keeps from the seller.
 * @param {object[]} requests
 * @returns {import('express').RequestHandler}
 */
export function record(requests) {
  return ({ method, path, headers }, response, next) => {
    const { fault } = response.locals
    response.locals.log = { method, path, paid: 'x-payment' in headers, body: undefined, ...fault && { fault: fault.name } }
    requests.push(response.locals.log)
    next()
  }
}
