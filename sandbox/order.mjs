const DEFAULTS = { duration: 8 }
const LONGEST = 60

/** A request that cannot become a video; answered with 400 before anybody pays. */
export class BadOrder extends Error {
  status = 400
}

/**
 * Reads what a creation asks for. `templateData` may be an object or a string of JSON: the service documents both.
 * @param {unknown} body the parsed request body
 * @param {Pick<import('./options.mjs').Options, 'dialect' | 'templateData'>} options
 * @returns {{ prompt: string, seed: unknown, videoModel?: string, duration: number, image: unknown }}
 */
export function readOrder(body, { dialect, templateData: form }) {
  const { prompt, seed, templateData, ...beside } = isObject(body) ? body : {}
  if (typeof prompt !== 'string' || prompt.trim() === '') throw new BadOrder('prompt is required')
  const { videoModel, duration, image } = {
    ...DEFAULTS,
    ...(dialect === 'clawdvine' ? readFlat(beside) : readTemplateData(templateData, form)),
  }
  if (videoModel !== undefined && (typeof videoModel !== 'string' || videoModel === ''))
    throw new BadOrder('templateData.videoModel must be a name')
  if (typeof duration !== 'number' || !(duration > 0 && duration <= LONGEST)) {
    throw new BadOrder(`templateData.duration must be a number of seconds up to ${LONGEST}`)
  }
  return { prompt, seed, videoModel, duration, image }
}

/** As the sister service has it. */
function readFlat({ imageData, ...data }) {
  return { ...data, image: imageData }
}

function readTemplateData(templateData = {}, form) {
  if (form === 'text' && isObject(templateData)) throw new BadOrder('templateData must be a string of JSON')
  const data = typeof templateData === 'string' ? parse(templateData) : templateData
  if (!isObject(data)) throw new BadOrder('templateData must be an object or a string of JSON that holds one')
  return data
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
