const FACTORS = new Map([['sora', 1n]])
const OTHER_MODELS = 3n
const BASE_MS = 8000n

/**
 * The price of an order in millionths of a USDC: the base price buys 8 seconds by `sora`, it grows with the duration, and
 * every other model costs three times as much. Fractions of a millionth are rounded up.
 * @param {bigint} base
 * @param {{ videoModel: string, duration: number }} order
 */
export function priceOf(base, { videoModel, duration }) {
  const factor = FACTORS.get(videoModel) ?? OTHER_MODELS
  const milliseconds = BigInt(Math.ceil(duration * 1000))
  return (base * factor * milliseconds + BASE_MS - 1n) / BASE_MS
}
