import { BadOrder } from './order.mjs'

/**
 * The picture that a video starts from: the `image` of `templateData`, or the file of a form.
 * @param {unknown} image
 * @param {{ type: string, bytes: Buffer }} [file]
 * @returns {{ how: 'address', url: string } | { how: 'data' | 'file', type: string, bytes: Buffer } | undefined}
 */
export function readPicture(image, file) {
  if (image !== undefined && file) throw new BadOrder('there may be one picture, not two')
  if (file) return readFile(file)
  if (image === undefined) return undefined
  const picture = typeof image === 'string' ? (readAddress(image) ?? readData(image)) : undefined
  return picture ?? refuse('templateData.image must be an http(s) address or a base64 data URL of an image')
}

/** The body without the bytes that the log has as a picture. */
export function withoutPicture(body, { how, bytes }) {
  if (how !== 'data') return body
  const shorten = (data) => ({ ...data, image: `a picture of ${bytes.length} bytes` })
  const { templateData } = body
  return {
    ...body,
    templateData:
      typeof templateData === 'string' ? JSON.stringify(shorten(JSON.parse(templateData))) : shorten(templateData),
  }
}

function readFile({ type, bytes }) {
  if (!type.startsWith('image/') || bytes.length === 0) refuse("the form's image must be the file of an image")
  return { how: 'file', type, bytes }
}

function readAddress(url) {
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? { how: 'address', url } : undefined
}

function readData(url) {
  const [, head, type] = /^(data:(image\/[\w.+-]+)(?:;[^,;]+)*;base64,)/.exec(url) ?? []
  if (!type) return undefined
  const base64 = url.slice(head.length)
  const bytes = Buffer.from(base64, 'base64')
  // Node passes over what is no base64.
  return bytes.length > 0 && bytes.toString('base64') === base64 ? { how: 'data', type, bytes } : undefined
}

function refuse(why) {
  throw new BadOrder(why)
}
