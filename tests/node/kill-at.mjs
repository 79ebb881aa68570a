// Loaded before a program (`node --import`): the process is killed before its KILL_AT-th call of the file system, or at
// random if KILL_AT is `random`. Without KILL_AT, the calls are counted.
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const { KILL_AT } = process.env
const CALLS = ['open', 'link', 'rename', 'unlink', 'mkdir', 'rmdir', 'writeFile', 'readdir', 'readFile']

globalThis.calls = 0

function count() {
  globalThis.calls += 1
  const isDue = KILL_AT === 'random' ? Math.random() < 0.01 : globalThis.calls === Number(KILL_AT)
  if (isDue) process.kill(process.pid, 'SIGKILL')
}

const counted = (of, names) => {
  for (const name of names) {
    const real = of[name]
    of[name] = async function (...given) {
      count()
      const made = await real.apply(this, given)
      if (name === 'open') counted(made, ['writeFile', 'sync', 'close'])
      return made
    }
  }
}

counted(fs, CALLS)
syncBuiltinESMExports()
