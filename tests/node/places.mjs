// The built package in Node, and folders for its stores.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../browser/package.mjs'

export const entry = (name) => pathToFileURL(join(ROOT, 'dist', `${name}.js`)).href

export const { fileStore, fromAccount } = await import(entry('node'))

const folders = []

/** A folder for one test, which does not exist yet. */
export async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'imagine-node-'))
  folders.push(folder)
  return join(folder, 'purchases of an agent')
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** What a promise rejects with. */
export const reasonOf = (promise) =>
  promise.then(
    (value) => Promise.reject(new Error(`it resolved with ${JSON.stringify(value)}`)),
    (reason) => reason,
  )
