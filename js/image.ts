import { refuse } from './error.js'
import type { GenerateRequest } from './types.js'

/** The picture of a request as the core takes it: text, or bytes. */
export interface Picture {
  text?: string
  bytes?: Uint8Array
}

export async function readImage(image: GenerateRequest['image']): Promise<Picture> {
  if (image === undefined || image === null) return {}
  if (typeof image === 'string') return { text: image }
  if (image instanceof URL) return { text: image.href }
  try {
    return { bytes: await readBytes(image) }
  } catch (cause) {
    throw refuse('image_unreadable', 'the image could not be read; nothing was sent', cause)
  }
}

async function readBytes(image: Blob | ArrayBuffer | Uint8Array | HTMLCanvasElement): Promise<Uint8Array> {
  if (image instanceof Uint8Array) return image
  if (image instanceof ArrayBuffer) return new Uint8Array(image)
  const blob = 'toBlob' in image ? await draw(image) : image
  return new Uint8Array(await blob.arrayBuffer())
}

function draw(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the canvas is empty'))), 'image/png')
  })
}
