/** `npm run attacks:table`: TABLE.md from the list of attacks. A test holds the file against the list. */
import { writeFile } from 'node:fs/promises'
import { ATTACKS, LATER } from './attacks.mjs'

export const FILE = new URL('TABLE.md', import.meta.url)

const cell = (text) =>
  text.replaceAll('|', '\\|').replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

export function table() {
  const rows = ATTACKS.map(
    ({ row, attack, offer, code }) => `| ${row} | ${cell(attack)} | ${offer ? '1, 2' : '–'} | \`${code}\` |`,
  )
  const later = LATER.map(
    ({ row, attack, outcome, file, test }) => `| ${row} | ${attack} | ${outcome} | \`${file}\`: ${test} |`,
  )
  return `# Attacks

What a server that means harm answers to the unpaid request, and what the library says to it: each time before any prompt of the wallet, with \`paid: 'no'\`. Played by
\`tests/browser/attacks.test.mjs\`; made by \`npm run attacks:table\`. The numbers are those of the list of threats in \`attacks.mjs\`.

| threat | attack | as x402 version | refused as |
| --- | --- | --- | --- |
${rows.join('\n')}

## Beyond the first answer

| threat | attack | what comes of it | shown by |
| --- | --- | --- | --- |
${later.join('\n')}
`
}

if (process.argv[1] === new URL(import.meta.url).pathname) await writeFile(FILE, table())
