/** Files that are whole or not there, also after a crash of the machine. */
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Nobody but the user who runs the process. */
const FOLDER_MODE = 0o700
export const FILE_MODE = 0o600

export const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException | null)?.code

/** Resolves with `none` if the file or folder does not exist. Any other error is passed on. */
export async function orMissing<T, N>(work: Promise<T>, none: N): Promise<T | N> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return none
    throw error
  }
}

export const readIfThere = (file: string): Promise<string | undefined> => orMissing(readFile(file, 'utf8'), undefined)

export const removeIfThere = (file: string): Promise<void> => orMissing(unlink(file), undefined)

/** Writes what is in the folder, and the names in it, to disk. Windows does so by itself, and opens no folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const opened = await open(folder, 'r')
  try {
    await opened.sync()
  } finally {
    await opened.close()
  }
}

/** Creates a folder with those above it, if they are missing. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** Creates an empty file. Resolves if it exists. */
export async function touch(file: string): Promise<void> {
  try {
    await (await open(file, 'wx', FILE_MODE)).close()
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/** Writes a file to disk. It is removed again if that fails. */
async function writeDurably(file: string, text: string): Promise<void> {
  const opened = await open(file, 'w', FILE_MODE)
  try {
    await opened.writeFile(text)
    await opened.sync()
  } catch (error) {
    await removeIfThere(file).catch(() => {})
    throw error
  } finally {
    await opened.close()
  }
}

/** Replaces a file in one step, by way of a temporary file that nobody else writes at the same time. */
export async function replace(file: string, text: string, temporary: string): Promise<void> {
  await writeDurably(temporary, text)
  try {
    await rename(temporary, file)
  } catch (error) {
    await removeIfThere(temporary).catch(() => {})
    throw error
  }
}
