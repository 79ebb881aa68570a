/**
 * Locks between processes, as files.
 *
 * A lock is the file `name`, which holds its owner and a token that no other lock has. It is taken by `link`, which
 * fails if the file exists, and released by `unlink`. A lock whose process is dead is taken over: whoever links the
 * file `name.<token of the dead>` is its successor, and renames that over `name`. A successor that died before its
 * rename has a successor of its own, and so on: the last of that chain owns the lock.
 *
 * A process that was slow may link a successor of an owner that was replaced meanwhile. So it walks the chain again
 * afterwards, from `name` on: tokens do not come back, so the chain leads to it only if it is the owner.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync, unlinkSync } from 'node:fs'
import { link, open, readdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt, quietly } from '../attempt.js'
import { codeOf, FILE_MODE, makeFolder, orMissing, readIfThere, removeIfThere } from './files.js'
import { type Liveness, livenessOf, type Owner, readOwner, self } from './owner.js'
import { queue } from './queue.js'

/** Milliseconds between two tries, doubled each time. */
const SHORTEST_PAUSE = 2
const LONGEST_PAUSE = 100

/** How long a process of another host is waited for, of which nobody can tell whether it is running. */
const FOREIGN_PATIENCE_MS = 5_000

interface Held {
  token: string
  /** Absent if the file cannot be read: it is not that of a running process, which writes it before it links it. */
  owner: Owner | undefined
}

/** Releases a lock. A second call is a no-op. */
export type Release = () => void

/**
 * Takes a lock once it is free, in the order of the calls of this process. Only the signal ends the wait, with its
 * reason.
 */
export async function lock(file: string, signal?: AbortSignal): Promise<Release> {
  const leave = await queue(file, signal)
  try {
    await makeFolder(dirname(file))
    await tidyOnce(dirname(file))
    const release = await lockForProcess(file, signal)
    return () => {
      release()
      leave()
    }
  } catch (error) {
    leave()
    throw error
  }
}

async function lockForProcess(file: string, signal?: AbortSignal): Promise<Release> {
  const token = randomUUID()
  const own = `${file}.${token}.own`
  try {
    await writeFile(own, JSON.stringify({ token, ...self() }), { mode: FILE_MODE })
    await taken(file, own, token, signal)
  } finally {
    await removeIfThere(own).catch(() => {})
  }
  return () => release(file, token)
}

/** A lock that was removed by hand, and taken by somebody else since, is not removed. */
function release(file: string, token: string): void {
  attempt(() => {
    if (readHeld(readFileSync(file, 'utf8'))?.token === token) unlinkSync(file)
  })
}

async function taken(file: string, own: string, token: string, signal: AbortSignal | undefined): Promise<void> {
  const begun = Date.now()
  for (let pause = SHORTEST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const owner = await tryToTake(file, own, token)
    if (owner === undefined) return
    if (owner.liveness === 'unknown' && Date.now() - begun > FOREIGN_PATIENCE_MS) throw foreign(file, owner.owner)
    await sleep(pause, undefined, { signal }).catch(() => {})
    signal?.throwIfAborted()
  }
}

const foreign = (file: string, { pid, host }: Owner) =>
  new Error(`process ${pid} of the host ${host} has ${file}; if it is not running any more, delete that file`)

/** Takes the lock and returns `undefined`, or returns whom to wait for. */
async function tryToTake(
  file: string,
  own: string,
  token: string,
): Promise<{ owner: Owner; liveness: Liveness } | undefined> {
  if (await isLinked(own, file)) return undefined
  const last = (await chainOf(file)).at(-1)
  if (!last) return tryToTake(file, own, token)
  const liveness = last.owner ? livenessOf(last.owner) : 'dead'
  if (last.owner && liveness !== 'dead') return { owner: last.owner, liveness }
  return (await hasSucceeded(last.token, file, own, token)) ? undefined : tryToTake(file, own, token)
}

/** Tries to become the successor of a dead owner. */
async function hasSucceeded(dead: string, file: string, own: string, token: string): Promise<boolean> {
  const place = successor(file, dead)
  if (!(await isLinked(own, place))) return false
  try {
    const chain = await chainOf(file)
    if (chain.at(-1)?.token !== token) {
      await removeIfThere(place)
      return false
    }
    await rename(own, file)
    for (const { token } of chain.slice(0, -1)) quietly(() => removeIfThere(successor(file, token)))
  } catch (error) {
    await removeIfThere(place).catch(() => {})
    throw error
  }
  return true
}

const successor = (file: string, token: string) => `${file}.${token}`

async function isLinked(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** The owner of a lock, and those that took it over since. */
async function chainOf(file: string): Promise<Held[]> {
  const chain: Held[] = []
  for (let at = file; ; ) {
    const held = await heldAt(at)
    if (!held) return chain
    chain.push(held)
    at = successor(file, held.token)
  }
}

async function heldAt(file: string): Promise<Held | undefined> {
  const opened = await orMissing(open(file, 'r'), undefined)
  if (!opened) return undefined
  try {
    const text = await opened.readFile('utf8')
    const { ino, mtimeNs } = await opened.stat({ bigint: true })
    return readHeld(text) ?? { token: `${ino}-${mtimeNs}`, owner: undefined }
  } finally {
    await opened.close()
  }
}

function readHeld(text: string): Held | undefined {
  const given = attempt(() => JSON.parse(text) as { token?: unknown })
  const owner = readOwner(given)
  const token = given?.token
  return owner && typeof token === 'string' && /^[\w-]+$/.test(token) ? { token, owner } : undefined
}

/** The folders that this process has tidied. */
const tidied = new Set<string>()

async function tidyOnce(folder: string): Promise<void> {
  if (tidied.has(folder)) return
  tidied.add(folder)
  await tidy(folder).catch(() => {})
}

/** Removes what processes that died while they waited have left. */
async function tidy(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.own')) continue
    const file = join(folder, name)
    const text = await readIfThere(file)
    const owner = text === undefined ? undefined : readHeld(text)?.owner
    if (owner && livenessOf(owner) === 'dead') await removeIfThere(file)
  }
}
