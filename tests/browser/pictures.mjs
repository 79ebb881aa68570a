// Pictures as a page may have them.

export const PNG = [
  ...Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
]
export const JPEG = [
  0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00,
  0x00, 0xff, 0xd9,
]

/** The image that `make` builds in the page of those bytes. */
export const build = (make, bytes, options = {}) => ({ make: make.toString(), bytes, ...options })

/** Buys a video that starts from it, up to the accepted task. */
export const buy = async (imagine, { image, request, options }, dapp) => {
  const made = await globalThis.eval(`(${image.make})`)(new Uint8Array(image.bytes))
  const whole = { ...request, image: made }
  const { taskId } = await imagine.submit(image.quoted ? await imagine.quote(whole, options) : whole, {
    ...options,
    ...dapp.watch,
  })
  return taskId
}
