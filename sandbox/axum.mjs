import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const CRATE = fileURLToPath(new URL('axum', import.meta.url))

/** Builds the Rust seller; the first time it takes some minutes. */
export async function buildAxum() {
  const [code] = await once(spawn('cargo', ['build', '--quiet', '--locked'], { cwd: CRATE, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error('the Rust seller could not be built (sandbox/axum)')
}

/**
 * Starts the seller of x402-axum, which `buildAxum` has built, beside a sandbox whose facilitator it uses.
 * @param {Awaited<ReturnType<typeof import('./sandbox.mjs').startSandbox>>} sandbox
 * @param {1 | 2} version of x402
 * @returns its `url`, and `stop`
 */
export async function startAxum({ facilitatorUrl, payTo, mediaUrl }, version) {
  const child = spawn(
    path.join(CRATE, 'target', 'debug', 'axum-seller'),
    [String(version), facilitatorUrl, payTo, `${mediaUrl}/video.mp4`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const exited = once(child, 'exit')
  const ended = exited.then(([code]) => {
    throw new Error(`the Rust seller ended (${code})`)
  })
  const [url] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])
  ended.catch(() => {})
  return {
    url,
    async stop() {
      child.kill()
      await exited
    },
  }
}
