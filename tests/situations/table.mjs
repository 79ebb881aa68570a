/**
 * `npm run wallets:table`: meets every wallet in every situation, in Chromium and on the real chain, and writes what
 * came of it to TABLE.md. It ends with an error where that is not what is expected.
 */
import { writeFile } from 'node:fs/promises'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { openStage } from '../browser/harness.mjs'
import { meet } from './meeting.mjs'
import { SITUATIONS, VENDORS, expected, rowOf } from './situations.mjs'

const stage = await openStage()
const sandbox = await startSandbox({ stepMs: 100 })
const sections = []
try {
  for (const [topic, situations] of Object.entries(SITUATIONS)) {
    const rows = []
    for (const [name, situation] of Object.entries(situations)) {
      const outcomes = Array(VENDORS.length).fill(undefined)
      for (const vendor of VENDORS.filter((vendor) => expected(situation, vendor))) {
        const { outcome, error } = await meet(stage, sandbox, vendor, situation)
        if (outcome !== expected(situation, vendor)) {
          console.error(`${topic}: ${name}, ${vendor}: ${outcome} instead of ${expected(situation, vendor)}`, error)
          process.exitCode = 1
        }
        outcomes[VENDORS.indexOf(vendor)] = outcome
      }
      rows.push(rowOf(name, outcomes))
      console.error(rows.at(-1))
    }
    sections.push(
      `## The ${topic}\n\n| situation | MetaMask | Rainbow | Rabby |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`,
    )
  }
} finally {
  await stage.close()
  await sandbox.stop()
}

await writeFile(
  new URL('TABLE.md', import.meta.url),
  `# Wallets

What a purchase of one dollar came to, in Chromium, on a real chain with Circle's own token and the official seller. The wallets are the code
that MetaMask, Rainbow and Rabby publish themselves; what they do not publish follows their sources ([tests/wallet/README.md](../wallet/README.md)).

\`paid\`: once, by the right account, for one prompt. Otherwise the error's \`code\`, \`paid\` and \`retry\`: no payment left the page, and nothing was taken.
Made by \`npm run wallets:table\`; the tests of that name in \`tests/browser\` (\`metamask\`, \`rainbow\`, \`rabby\`) hold every cell.

${sections.join('\n')}
## Not tested

What only closed code or a device could show: Coinbase's extension, mobile wallet and site (its SDKs are in \`tests/browser/popup.more.mjs\`, with a stand-in for the site), Trust Wallet, OKX, Phantom, what a Ledger or Trezor itself answers,
wallets at the other end of WalletConnect, Safe. Their codes and words are in the table of [src/core/rejection.rs](../../src/core/rejection.rs), each with its source.
Rabby holds every request of a tab that is hidden until it is shown.
`,
)
