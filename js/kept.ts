/** The videos that the browser keeps for this origin, in a folder of its file system (OPFS): one file per purchase. */

const FOLDER = 'imagine-x402'

/** The types of files that a page can show and that cannot run as a script. */
export const MEDIA = /^(video|image)\/(?!svg)[\w+-]+$/

/** Whether a file begins as JSON, HTML or plain lines do, and no video or picture. */
export const beginsAsText = ([first]: Uint8Array): boolean =>
  first !== undefined && '{[<" \t\r\n'.includes(String.fromCharCode(first))

export async function openFolder(create = false): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create })
}

/** The file of a purchase. Its name has the type, since file systems keep none. */
export const nameOf = async (id: string, taskId: string, type: string): Promise<string> =>
  (await startOf(id, taskId)) + type.replace('/', '_')

/** The video that was kept for a task; `undefined` if there is none, or it cannot be read. */
export async function keptVideo(id: string, taskId: string): Promise<Blob | undefined> {
  try {
    const folder = await openFolder()
    const start = await startOf(id, taskId)
    for (const name of await namesIn(folder, start)) {
      const type = name.slice(start.length).replace('_', '/')
      if (!MEDIA.test(type)) continue
      const file = await (await folder.getFileHandle(name)).getFile()
      // A copy: the file may be deleted while the page shows it.
      if (file.size > 0) return new Blob([await file.arrayBuffer()], { type })
    }
  } catch {
    // No file system, or a broken one: nothing is kept.
  }
  return undefined
}

/** Deletes what was kept for a purchase. */
export async function dropVideo(id: string): Promise<void> {
  const folder = await openFolder()
  for (const name of await namesIn(folder, await startOf(id))) await folder.removeEntry(name)
}

async function namesIn(folder: FileSystemDirectoryHandle, start: string): Promise<string[]> {
  const names = []
  for await (const name of folder.keys()) if (name.startsWith(start)) names.push(name)
  return names
}

/** How the names of files begin. Hashes, since file systems differ in the letters that they tell apart. */
async function startOf(...ids: string[]): Promise<string> {
  const hashes = await Promise.all(ids.map(hash))
  return hashes.map((hash) => `${hash}.`).join('')
}

async function hash(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)), 0, 16)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
