import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SCRIPT = fileURLToPath(new URL('../../scripts/sandbox.mjs', import.meta.url))

/** Starts the command line; `output` collects, `ended` resolves to the exit code or the signal. */
export function launch(args = [], { command = [process.execPath, SCRIPT], env } = {}) {
  const [program, ...rest] = [...command, ...args]
  const child = spawn(program, rest, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text
    })
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code)
  return { child, pid: child.pid, output, ended }
}

/** All processes below this one, as ids: read them before the parent dies, or they have another parent. */
export function descendants(pid) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), stat(name)?.parent])
  const below = (id) => parents.filter(([, parent]) => parent === id).flatMap(([child]) => [child, ...below(child)])
  return below(pid)
}

/** Whether the process still runs; one that is dead but not yet fetched by its parent does not. */
export function alive(pid) {
  const state = stat(pid)?.state
  return state !== undefined && state !== 'Z' && state !== 'X'
}

/** The program's name as the system has it. */
export function programOf(pid) {
  return stat(pid)?.program
}

function stat(pid) {
  try {
    const [, program, state, parent] = /\((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return { program, state, parent: Number(parent) }
  } catch {
    return undefined
  }
}
