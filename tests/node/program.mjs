// Programs of their own over a store, that a test kills.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ROOT } from '../browser/package.mjs'
import { entry } from './places.mjs'

/**
 * Runs code in a process of its own, with `store`, `say` (a line on its output) and `argument`. `lines` has what it
 * said, `over` resolves with its exit code, or the signal that ended it. `shell` is a command that limits it.
 */
export function run(code, folder, { argument, env, preload, shell = ':' } = {}) {
  const program = `
    import { fileStore } from ${JSON.stringify(entry('node'))}
    const store = fileStore(${JSON.stringify(folder)})
    const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n')
    const argument = ${JSON.stringify(argument ?? null)};
    ${code}`
  const loaded = preload ? ['--import', new URL(preload, import.meta.url).href] : []
  const args = [...loaded, '--input-type=module', '--eval', program]
  const stdio = ['ignore', 'pipe', 'pipe']
  const limited = ['-c', `${shell} && exec "$0" "$@"`, process.execPath, ...args]
  const child = spawn('bash', limited, { cwd: ROOT, env: { ...process.env, ...env }, stdio })
  const lines = []
  let [said, error] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const parts = (said + text).split('\n')
    said = parts.pop()
    lines.push(...parts.map((line) => JSON.parse(line)))
    child.emit('lines')
  })
  child.stderr.setEncoding('utf8').on('data', (text) => (error += text))
  const over = once(child, 'close').then(([status, signal]) => {
    if (status > 0) throw new Error(`it ended with ${status}: ${error}`)
    return signal ?? status
  })
  over.catch(() => {})
  return {
    lines,
    pid: child.pid,
    over,
    kill: async () => {
      child.kill('SIGKILL')
      await over
    },
    /** Resolves once it has said such a line. */
    said: async (matches) => {
      while (!lines.some(matches)) {
        if (child.exitCode !== null) throw new Error(`it ended without saying so: ${error}`)
        await Promise.race([once(child, 'lines'), over])
      }
    },
  }
}
