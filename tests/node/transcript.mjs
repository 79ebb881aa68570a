/**
 * `npm run cli:transcript`: what the command line says in a session against the sandbox, written to TRANSCRIPT.md.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { ROOT } from '../browser/package.mjs'

const SESSION = [
  ['--help'],
  ['quote', 'A paper boat'],
  ['balance'],
  ['generate', 'A paper boat'],
  ['generate', 'A paper boat', '--yes'],
  ['generate', 'A paper boat', '--id', 'job-8', '--yes', '--max-price', '2.00', '--out', 'boat.mp4'],
  ['generate', 'A paper boat', '--id', 'job-8', '--yes', '--max-price', '2.00'],
  ['generate', 'A moth', '--yes', '--max-price', '0.50'],
  ['generate', 'A moth', '--yes', '--budget', '1.50/day', '--json'],
  ['tasks'],
  ['resume', 'job-8'],
  ['resume'],
  ['doctor'],
]

const sandbox = await startSandbox({ stepMs: 300 })
const folder = await mkdtemp(join(tmpdir(), 'imagine-x402-'))
try {
  const steps = []
  for (const args of SESSION) steps.push(await told(args))
  await writeFile(
    new URL('TRANSCRIPT.md', import.meta.url),
    `# The command line

A session against the sandbox, with the key of its payer in \`IMAGINE_PRIVATE_KEY\` and without a terminal. Every command also has
\`--service\`, \`--rpc\` and \`--folder\`. Ids and addresses that differ each time are written as \`…\`. Made by \`npm run cli:transcript\`.

${steps.join('\n')}`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
  await sandbox.stop()
}

async function told(args) {
  const where = ['--folder', join(folder, 'purchases'), '--rpc', sandbox.rpcUrl, '--service', sandbox.apiUrl]
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'cli.js'), ...args, ...where], {
    cwd: folder,
    env: { ...process.env, IMAGINE_PRIVATE_KEY: sandbox.payer.privateKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  const [code] = await once(child, 'close')
  const words = args.map((word) => (/[ "]/.test(word) ? `"${word}"` : word)).join(' ')
  return `\`\`\`\n$ npx imagine-x402 ${words}\n${plain(said)}\`\`\`\n\nExit code ${code}.\n`
}

function plain(text) {
  return text
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'http://127.0.0.1:…')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…')
    .replaceAll(/0x[0-9a-f]{130}|0x[0-9a-f]{64}/g, '0x…')
    .replaceAll(/video_[0-9a-f]{32}/g, 'video_…')
    .replaceAll(/\b1[0-9]{12}\b|\b1[0-9]{9}\b/g, '…')
    .replaceAll(/within \d+ ms/g, 'within … ms')
}
