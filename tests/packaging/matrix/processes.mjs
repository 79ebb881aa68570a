import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'

/** Runs a command to its end; gives what it printed, and throws that if it fails. */
export async function run(command, args, options) {
  const { stdout } = await promisify(execFile)(command, args, options).catch(({ message, stdout, stderr }) => {
    throw new Error(`${message}\n${stdout}${stderr}`)
  })
  return stdout
}

/** Starts what `command(port)` is, and waits until it says where it listens. */
export async function startServer(command, { cwd, env }) {
  const port = String(await freePort())
  const [program, ...args] = command(port)
  const child = spawn(program, args, {
    cwd,
    env: { ...env, HOST: '127.0.0.1', PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  const stop = async () => {
    child.kill()
    await ended
  }
  let output = ''
  const listening = new Promise((resolve, reject) => {
    const hear = (chunk) => {
      output += chunk
      if (output.includes(`:${port}`)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', reject)
    child.on('close', () => reject(new Error(`${path.basename(program)} ended:\n${output}`)))
  })
  await listening
  return { url: `http://127.0.0.1:${port}`, stop }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
