/** `npm run crashes:table`: TABLE.md from the list of crashes. A test holds the file against the list. */
import { writeFile } from 'node:fs/promises'
import { CRASHES } from './crashes.mjs'

export const FILE = new URL('TABLE.md', import.meta.url)

export function table() {
  const rows = CRASHES.map(({ moment, step, isPaid }) => {
    const journal = step ? `\`${step}\`` : 'no record'
    const [found, again] = isPaid
      ? ['the video, paid once', 'the same video; nothing is paid']
      : ['`null`: nothing was paid', 'a video, paid once']
    return `| ${moment} | ${journal} | ${found} | ${again} |`
  })
  return `# Crashes in Node

An agent is killed (SIGKILL) at a moment of its purchase, and started again with the same \`fileStore\`. Played by \`crash.test.mjs\` and \`crash.more.mjs\`, which also
kill it before calls of the file system; made by \`npm run crashes:table\`. The browser's crashes are in \`tests/browser/crash.*.mjs\`.

| killed | the journal has | \`resume(id)\` finds | then \`generate()\` with the same id |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}

if (process.argv[1] === new URL(import.meta.url).pathname) await writeFile(FILE, table())
