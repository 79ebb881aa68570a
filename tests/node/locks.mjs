// The files of locks, and programs that take them.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileStore } from './places.mjs'

export const leftIn = (folder) => readdir(join(folder, 'locks'))

/** Increases the number in a record so many times, and says each. */
export const INCREASE = `
  const increased = (record) => ({ id: 'a', count: (record?.count ?? 0) + 1 })
  for (let round = 0; round < argument; round++) {
    await store.update('a', undefined, increased, 'relaxed')
    say(round)
  }`

/** The file of the lock on a purchase. */
export const lockOf = (folder, id) => join(folder, 'locks', createHash('sha256').update(id, 'utf16le').digest('hex'))

/** What a lock of this process has in it. */
export async function ownerIn(folder) {
  const { release } = await fileStore(folder).hold('mine')
  const owner = JSON.parse(await readFile(lockOf(folder, 'mine'), 'utf8'))
  release()
  return owner
}
