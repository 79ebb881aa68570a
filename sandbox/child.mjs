import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/**
 * Starts a server as a process of its own, which prints its address once it is ready.
 * @param {string} name for the error, should it end instead
 * @param {string[]} command
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns its `url`, and `stop`
 */
export async function startChild(name, [program, ...args], options) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const url = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('http://') && resolve(line))
    exited.then(([code]) => reject(new Error(`${name} ended (${code})`)), reject)
  })
  return {
    url: await url,
    async stop() {
      child.kill()
      await exited
    },
  }
}
