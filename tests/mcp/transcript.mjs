// `npm run mcp:transcript`: writes TRANSCRIPT.md, a session of the official client with the server.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { openSession } from './session.mjs'

const HEAD = `# A session with the MCP server

Made by \`npm run mcp:transcript\`, against the sandbox: what the official client (→) and the server (←) send each other.
The server was started with \`imagine-x402 mcp --budget 2.50/day --ask-above 1.00\`. Long texts are cut off, and the
answers’ \`content\`, which repeats \`structuredContent\` as text, is left out.
`

const LONGEST = 400
const cut = (_key, value) =>
  typeof value === 'string' && value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value

const sandbox = await startSandbox({ stepMs: 100 })
const folder = await mkdtemp(join(tmpdir(), 'imagine-mcp-'))
try {
  const args = ['--budget', '2.50/day', '--ask-above', '1.00']
  const { client, call, close, messages } = await openSession(sandbox, folder, {
    args,
    answer: () => ({ action: 'decline' }),
  })
  const parts = []
  /** What goes over the wire in one step. */
  const step = async (title, run) => {
    const before = messages.length
    await run()
    parts.push(`## ${title}\n\n${messages.slice(before).flatMap(shown).join('\n')}\n`)
  }
  parts.push(`## The client connects\n\n${messages.flatMap(shown).join('\n')}\n`)
  await step('It lists the tools', () => client.listTools())
  const boat = { prompt: 'A paper boat on a neon river', id: 'boat' }
  await step('The price', () => call('quote_video', { prompt: boat.prompt }))
  await step('A purchase', () => call('generate_video', boat, { onprogress() {} }))
  await step('The same id again: nothing is paid', () => call('generate_video', boat))
  await step('A longer video, above the limit from which on the user is asked, who declines', () =>
    call('generate_video', { ...boat, id: 'long', duration: 20 }),
  )
  await step('A second purchase', () => call('generate_video', { prompt: 'A moth', id: 'moth', wait_seconds: 0 }))
  await step('A third is over the budget', () => call('generate_video', { prompt: 'A fox', id: 'fox' }))
  await step('An argument that would raise a limit', () =>
    call('generate_video', { prompt: 'A fox', id: 'fox', max_price: '100' }),
  )
  await step('How the second purchase stands', () => call('video_status', { id: 'moth', wait_seconds: 30 }))
  await step('What is spent', () => call('spending'))
  await close()
  await writeFile(new URL('TRANSCRIPT.md', import.meta.url), [HEAD, ...parts].join('\n'))
} finally {
  await rm(folder, { recursive: true, force: true })
  await sandbox.stop()
}

/** A message as a block of JSON, without what differs from run to run. */
function shown({ from, message }) {
  const { jsonrpc: _, id: __, ...said } = structuredClone(message)
  if (said.result?.structuredContent) delete said.result.content
  if (said.result?.tools)
    said.result.tools = said.result.tools.map(({ name, inputSchema }) => ({
      name,
      inputSchema: inputSchema.properties,
    }))
  const text = JSON.stringify(said, cut, 2)
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
    .replace(/0x[0-9a-f]{64}/g, '0x…')
    .replace(/\b\d{13}\b/g, '"…"')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-…')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…')
  return [`${from === 'client' ? '→' : '←'}`, '```json', text, '```']
}
