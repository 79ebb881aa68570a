/**
 * Writes videos into the browser's file system. A file of its own in the package, which an entry imports once a video is
 * to be kept: most pages never load it.
 */

import { beginsAsText } from './kept.js'

/** The most that may be kept is the space that this origin has left without it, divided by this. */
const SHARE = 2

interface Kept {
  name: string
  size: number
  /** When it was written. */
  at: number
}

/**
 * Writes a file, and deletes the oldest others until all of them fit into half of the space that the origin would have
 * without them. Resolves with its size.
 */
export async function writeVideo(folder: FileSystemDirectoryHandle, name: string, response: Response): Promise<number> {
  const files = await filesIn(folder)
  const others = files.filter((file) => file.name !== name)
  const limit = await limitFor(sizeOf(others))
  const body = response.body!
  if (Number(response.headers.get('content-length')) > limit) {
    await body.cancel()
    throw tooLarge(limit)
  }
  askToPersist()
  const size = await write(folder, name, body, limit, others.length === files.length)
  await evict(folder, others, limit - size)
  return size
}

async function filesIn(folder: FileSystemDirectoryHandle): Promise<Kept[]> {
  const files: Kept[] = []
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind !== 'file') continue
    const { size, lastModified } = await (handle as FileSystemFileHandle).getFile()
    files.push({ name, size, at: lastModified })
  }
  return files
}

const sizeOf = (files: Kept[]): number => files.reduce((sum, { size }) => sum + size, 0)

/** The most that all files may have together. */
async function limitFor(kept: number): Promise<number> {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate()
  return Math.floor(Math.max(0, quota - usage + kept) / SHARE)
}

/** Nothing is there under that name until all of it is written. */
async function write(
  folder: FileSystemDirectoryHandle,
  name: string,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
  isNew: boolean,
): Promise<number> {
  let size = 0
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      if (size === 0 && beginsAsText(chunk)) throw new Error('its host answered with text')
      size += chunk.length
      if (size > limit) throw tooLarge(limit)
      controller.enqueue(chunk)
    },
  })
  try {
    const file = await folder.getFileHandle(name, { create: true })
    await body.pipeThrough(counted).pipeTo(await file.createWritable())
    if (size === 0) throw new Error('its host answered without bytes')
    return size
  } catch (error) {
    // Another tab may have kept it before, or meanwhile.
    if (isNew) await removeEmpty(folder, name).catch(() => {})
    throw error
  }
}

async function removeEmpty(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  const { size } = await (await folder.getFileHandle(name)).getFile()
  if (size === 0) await folder.removeEntry(name)
}

const tooLarge = (limit: number): Error =>
  new Error(`it is larger than half of the space that this page has left, which is ${limit} bytes`)

async function evict(folder: FileSystemDirectoryHandle, files: Kept[], limit: number): Promise<void> {
  let size = sizeOf(files)
  for (const file of [...files].sort((a, b) => a.at - b.at)) {
    if (size <= limit) return
    size -= file.size
    await folder.removeEntry(file.name).catch(() => {})
  }
}

let hasAsked = false

/** Once per page: a browser may ask the visitor. Whatever the answer, the video is kept. */
function askToPersist(): void {
  if (hasAsked) return
  hasAsked = true
  Promise.resolve()
    .then(() => navigator.storage.persist())
    .catch(() => {})
}
