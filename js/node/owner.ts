/** Which process holds a lock, and whether it is still running. */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { attempt } from '../attempt.js'

/** A process, told apart from a later one with the same number. */
export interface Owner {
  host: string
  /** Of the system's start; `null` where it cannot be told. */
  boot: string | null
  pid: number
  /** Where the number is one, as containers have their own; `null` where it cannot be told, absent in older locks. */
  space?: string | null
  /** When the process began, in the system's own clock; `null` where it cannot be told. */
  started: string | null
}

export type Liveness = 'running' | 'dead' | 'unknown'

const textOf = (file: string): string | null => attempt(() => readFileSync(file, 'utf8').trim()) ?? null

const bootOf = (): string | null => textOf('/proc/sys/kernel/random/boot_id')

const spaceOf = (): string | null => attempt(() => readlinkSync('/proc/self/ns/pid')) ?? null

/** The state and the start of a process, where the system has `/proc`. */
function processOf(pid: number | 'self'): { state: string; started: string } | undefined {
  // The second field is the name of the program, which may hold spaces and brackets.
  const [state, ...fields] =
    textOf(`/proc/${pid}/stat`)
      ?.replace(/^.*\) /s, '')
      .split(' ') ?? []
  const started = fields[18]
  return state && started ? { state, started } : undefined
}

let own: Owner | undefined

/** This process. */
export function self(): Owner {
  const started = processOf('self')?.started ?? null
  own ??= { host: hostname(), boot: bootOf(), pid: process.pid, space: spaceOf(), started }
  return own
}

/** Whether that process is running. Of one on another host, or in another container, nobody can tell. */
export function livenessOf({ host, boot, pid, space, started }: Owner): Liveness {
  const here = self()
  if (host !== here.host) return 'unknown'
  if (boot !== here.boot) return 'dead'
  if (space !== undefined && space !== here.space) return 'unknown'
  const found = processOf(pid)
  if (found && started !== null) return found.started === started && !/[XZ]/.test(found.state) ? 'running' : 'dead'
  return isThere(pid) ? 'running' : 'dead'
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Reads an owner. Returns `undefined` for anything else. */
export function readOwner(given: unknown): Owner | undefined {
  const { host, boot, pid, space = null, started } = Object(given) as Partial<Owner>
  const isText = (value: unknown) => typeof value === 'string' || value === null
  const isOwner =
    typeof host === 'string' &&
    isText(boot) &&
    Number.isSafeInteger(pid) &&
    pid! > 0 &&
    isText(space) &&
    isText(started)
  return isOwner ? (given as Owner) : undefined
}
