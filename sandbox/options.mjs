// Imports no package: the command line checks its options before any is installed.
import { ANSWERS } from './answers.mjs'
import { FAULTS } from './faults.mjs'

/** An option that cannot be used; the message is meant for a person. */
export class OptionError extends Error {}

const DEFAULTS = {
  chainId: 8453,
  token: 'usdc',
  x402: 1,
  price: '1.00',
  stepMs: 1000,
  fail: false,
  fault: null,
  answers: null,
  jsonLimit: 64 * 2 ** 20,
  chainAheadS: 0,
  factories: [],
  models: null,
  dialect: 'imagine',
  templateData: 'any',
}

const VERSIONS = ['1', '2', 'both', 'hybrid']

/** Longer than the minute for which a payment is valid. */
const DELAY_MS = 70_000

/** A chain that is further off has a broken clock anyhow. */
const MOST_AHEAD_S = 10 * 365 * 86_400

/** A timer takes no more. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * @typedef {object} Options
 * @property {8453 | 84532} chainId Base or Base Sepolia
 * @property {'usdc' | 'eurc'} token what the seller is paid in; `eurc` is on Base alone
 * @property {1 | 2 | 'both' | 'hybrid'} x402 the version of x402 that the seller speaks
 * @property {string} price decimal amount of it for 8 seconds by the service's default model
 * @property {number} stepMs how long one status of a task lasts
 * @property {boolean} fail whether tasks end in `failed`
 * @property {string | null} fault what goes wrong from the start; see `faults.mjs`
 * @property {string | null} answers how tasks are told from the start; see `answers.mjs`
 * @property {number} jsonLimit bytes that a body of JSON may have; a longer one is answered 413
 * @property {number} chainAheadS seconds by which the chain's clock is ahead of this machine's; negative where it is
 *   behind
 * @property {string[]} factories contracts by which the facilitator of version 2 deploys smart accounts that pay
 * @property {string[] | null} models those that the 402 lists; a task of any other fails once it is paid
 * @property {'imagine' | 'clawdvine'} dialect where the body has the parameters
 * @property {'any' | 'text'} templateData `text`: as an object it is refused
 */

/**
 * Fills in the defaults and refuses what cannot work.
 * @param {Partial<Options>} given
 * @returns {Options}
 */
export function checkOptions(given = {}) {
  const options = { ...DEFAULTS, ...given }
  const { chainId, token, x402, price, stepMs, fail, fault, answers, jsonLimit, chainAheadS, factories } = options
  const { models, dialect, templateData } = options
  if (chainId !== 8453 && chainId !== 84532) throw new OptionError(`chain id must be 8453 or 84532, not ${chainId}`)
  if (token !== 'usdc' && !(token === 'eurc' && chainId === 8453))
    throw new OptionError(`token must be usdc, or eurc on chain 8453, not ${token}`)
  if (!VERSIONS.includes(String(x402))) throw new OptionError(`x402 must be 1, 2, both or hybrid, not ${x402}`)
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(price) || !/[1-9]/.test(price)) {
    throw new OptionError(`price must be a decimal amount above zero such as 1.00, not "${price}"`)
  }
  if (!Number.isSafeInteger(stepMs) || stepMs < 1) {
    throw new OptionError(`step-ms must be a whole number of milliseconds from 1, not ${stepMs}`)
  }
  if (typeof fail !== 'boolean') throw new OptionError(`fail must be true or false, not ${fail}`)
  if (fault !== null) checkFault(fault)
  if (answers !== null) checkAnswers(answers)
  if (!Number.isSafeInteger(jsonLimit) || jsonLimit < 1)
    throw new OptionError(`json-limit must be a whole number of bytes from 1, not ${jsonLimit}`)
  if (!Number.isSafeInteger(chainAheadS) || Math.abs(chainAheadS) > MOST_AHEAD_S) {
    throw new OptionError(`chain-ahead-s must be a whole number of seconds up to ${MOST_AHEAD_S}, not ${chainAheadS}`)
  }
  if (!Array.isArray(factories) || !factories.every((address) => /^0x[\da-f]{40}$/i.test(address)))
    throw new OptionError(`factories must be a list of addresses, not ${factories}`)
  if (models !== null) checkModels(models)
  if (dialect !== 'imagine' && dialect !== 'clawdvine')
    throw new OptionError(`dialect must be imagine or clawdvine, not ${dialect}`)
  if (templateData !== 'any' && templateData !== 'text')
    throw new OptionError(`template-data must be any or text, not ${templateData}`)
  return options
}

/** Refuses what is not a list of names. */
export function checkModels(models) {
  if (!Array.isArray(models) || models.length === 0 || !models.every((name) => /^[\w.-]{1,64}$/.test(name)))
    throw new OptionError(`models must be a list of names, not ${models}`)
  return models
}

/** Refuses answers that do not exist. */
export function checkAnswers(name) {
  if (!Object.hasOwn(ANSWERS, name))
    throw new OptionError(`there are no answers "${name}"; there are ${Object.keys(ANSWERS).join(', ')}`)
  return name
}

/**
 * Refuses a fault that does not exist or cannot be meant.
 * @param {unknown} name
 * @param {{ times?: number | null, delayMs?: number }} [given]
 */
export function checkFault(name, { times = null, delayMs = DELAY_MS } = {}) {
  if (!Object.hasOwn(FAULTS, name))
    throw new OptionError(`there is no fault "${name}"; there are ${Object.keys(FAULTS).join(', ')}`)
  if (times !== null && !(Number.isSafeInteger(times) && times > 0)) {
    throw new OptionError(`times must be a whole number from 1, not ${times}`)
  }
  if (!Number.isSafeInteger(delayMs) || delayMs < 0 || delayMs > LONGEST_MS) {
    throw new OptionError(`delayMs must be a whole number of milliseconds up to ${LONGEST_MS}, not ${delayMs}`)
  }
  return { times, delayMs }
}
