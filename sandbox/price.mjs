import { offer } from './offer.mjs'

/** The model of an order that names none, as the service itself says in its 402. */
const { default: DEFAULT_MODEL } = offer.inputSchema.bodyFields.templateData.properties.videoModel
const OTHER_MODELS = 3n
const BASE_MS = 8000n

/**
 * The price of an order in millionths of a USDC: the base price buys 8 seconds by the service's default model, it grows
 * with the duration, and every other model costs three times as much. Fractions of a millionth are rounded up.
 * @param {bigint} base
 * @param {{ videoModel?: string, duration: number }} order
 * @param {string} [usual] the default model
 */
export function priceOf(base, { videoModel, duration }, usual = DEFAULT_MODEL) {
  const factor = (videoModel ?? usual) === usual ? 1n : OTHER_MODELS
  const milliseconds = BigInt(Math.ceil(duration * 1000))
  return (base * factor * milliseconds + BASE_MS - 1n) / BASE_MS
}
