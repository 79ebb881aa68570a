import { FAULTS } from './faults.mjs'
import { checkFault } from './options.mjs'

/**
 * Which fault there is at the moment, if any.
 * @param {string} strangerUrl where redirects lead to
 */
export function createSwitch(strangerUrl) {
  let current = null

  /**
   * @param {string | null} name a fault, or null for none
   * @param {{ times?: number, delayMs?: number }} [options] for how many requests, all by default; how long a delay
   *   takes
   */
  function set(name, options) {
    current = name === null ? null : { fault: name, ...checkFault(name, options) }
  }

  /** The fault that a request meets; it is used up a bit by that. */
  function take(leg) {
    if (!FAULTS[current?.fault]?.on.includes(leg)) return undefined
    const { fault: name, times, delayMs } = current
    if (times !== null) set(times > 1 ? name : null, { times: times - 1, delayMs })
    return { ...FAULTS[name], name, delayMs, strangerUrl }
  }

  /** Puts the fault of this request, if there is one, into `response.locals.fault`. */
  const meet = (legOf) => (request, response, next) => {
    response.locals.fault = take(legOf(request))
    next()
  }

  return { set, current: () => current, meet }
}

/** Does what the fault of this request does to it. */
export function play(_request, response, next) {
  const { fault } = response.locals
  if (fault?.before) return void fault.before({ response, ...fault })
  if (fault?.after) whenAnswered(response, (body) => fault.after({ response, body, ...fault }))
  next()
}

/** Express gives an answer's whole body to one `end`. */
function whenAnswered(response, act) {
  const { end } = response
  response.end = (body) => {
    response.end = end
    act(Buffer.from(body ?? ''))
    return response
  }
}
