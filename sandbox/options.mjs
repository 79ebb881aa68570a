// Imports nothing: the command line checks its options before any package is installed.

/** An option that cannot be used; the message is meant for a person. */
export class OptionError extends Error {}

const DEFAULTS = { chainId: 8453, price: '1.00', stepMs: 1000, fail: false }

/**
 * @typedef {object} Options
 * @property {8453 | 84532} chainId Base or Base Sepolia
 * @property {string} price decimal USDC for 8 seconds by the model `sora`
 * @property {number} stepMs how long one status of a task lasts
 * @property {boolean} fail whether tasks end in `failed`
 */

/**
 * Fills in the defaults and refuses what cannot work.
 * @param {Partial<Options>} given
 * @returns {Options}
 */
export function checkOptions(given = {}) {
  const options = { ...DEFAULTS, ...given }
  const { chainId, price, stepMs, fail } = options
  if (chainId !== 8453 && chainId !== 84532) throw new OptionError(`chain id must be 8453 or 84532, not ${chainId}`)
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(price) || !/[1-9]/.test(price)) {
    throw new OptionError(`price must be a decimal amount of USDC above zero such as 1.00, not "${price}"`)
  }
  if (!Number.isSafeInteger(stepMs) || stepMs < 1) {
    throw new OptionError(`step-ms must be a whole number of milliseconds from 1, not ${stepMs}`)
  }
  if (typeof fail !== 'boolean') throw new OptionError(`fail must be true or false, not ${fail}`)
  return options
}
