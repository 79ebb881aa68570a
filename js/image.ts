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
  if (image instanceof Uint8Array) return { bytes: image }
  if (image instanceof ArrayBuffer) return { bytes: new Uint8Array(image) }
  try {
    const blob = 'toBlob' in image ? await draw(image) : image
    return { bytes: new Uint8Array(await blob.arrayBuffer()) }
  } catch (cause) {
    throw refuse('image_unreadable', 'the image could not be read; nothing was sent', cause)
  }
}

function draw(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the canvas is empty'))), 'image/png')
  })
}
