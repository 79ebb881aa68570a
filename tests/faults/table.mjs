/** `npm run faults:table`: TABLE.md from ours.json and peers.json. */
import { readFile, writeFile } from 'node:fs/promises'
import { COURSES } from './courses.mjs'

const read = async (name) => JSON.parse(await readFile(new URL(name, import.meta.url), 'utf8'))
const [ours, peers] = await Promise.all([read('ours.json'), read('peers.json')])
const CLIENTS = [...new Set(peers.map(({ client }) => client))]

/** The figures of both calls together. */
const sum = (parts) =>
  Object.fromEntries(
    ['signatures', 'usdc', 'tasks'].map((key) => [key, parts.reduce((all, part) => all + Number(part[key]), 0)]),
  )

const cells = ({ signatures, usdc, tasks }) => `${signatures} / ${Number(usdc)} / ${tasks}`

function ourCells({ first, then }) {
  const end = then ?? first
  return [
    `${first.outcome}${then ? `; then ${then.outcome}` : ''}`,
    cells(end),
    [first, then]
      .filter(Boolean)
      .map(({ paid }) => paid)
      .join(', then '),
  ]
}

function peerCells(fault, client) {
  const row = peers.find((one) => one.fault === fault && one.client === client)
  if (!row) return '–'
  const all = sum([row.first, row.retry].filter(Boolean))
  return all.usdc > 1 ? `**${cells(all)}**` : cells(all)
}

const rows = ours.map((row) => [
  row.fault,
  COURSES[row.fault],
  ...ourCells(row),
  ...CLIENTS.map((client) => peerCells(row.fault, client)),
])
const head = ['fault', 'what happens, once', 'imagine-x402', 'signatures / USDC / tasks', '`paid` said', ...CLIENTS]

await writeFile(
  new URL('TABLE.md', import.meta.url),
  `# Faults

One request meets the fault; the price is 1 USDC. Where that leaves the app without a task, it does one thing more: of imagine-x402 what \`retry\` says, of the
official clients the same call again. Figures are signatures asked, USDC moved on the chain, and tasks at the seller, both calls together; **bold** is paid twice. –: not a
fault for that client, which runs in Node. Made by \`npm run faults:peers\`, \`npm run build && npm run faults:ours\` and \`npm run faults:table\`.

Chromium itself sends a dropped request again once, so \`paid-dropped-after\` shows two tasks for one payment.

${[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')}
`,
)
