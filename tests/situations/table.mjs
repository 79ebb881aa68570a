/**
 * `npm run wallets:table`: meets every wallet in every situation, in Chromium and on the real chain, and writes what
 * came of it to TABLE.md. It ends with an error where that is not what is expected.
 * `-- --vendor reown` (which may be repeated) meets that one alone, and keeps what the table has of the others.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { openStage } from '../browser/harness.mjs'
import { meet } from './meeting.mjs'
import { SITUATIONS, VENDORS, expected, outcomesOf, rowOf } from './situations.mjs'

const FILE = new URL('TABLE.md', import.meta.url)
const { values } = parseArgs({ options: { vendor: { type: 'string', multiple: true } } })
const all = Object.keys(VENDORS)
const met = values.vendor ?? all
const table = await readFile(FILE, 'utf8')

const stage = await openStage()
const sandbox = await startSandbox({ stepMs: 100 })
const sections = []
try {
  for (const [topic, situations] of Object.entries(SITUATIONS)) {
    const rows = []
    for (const [name, situation] of Object.entries(situations)) {
      const outcomes = outcomesOf(table, topic, name)
      for (const vendor of met) outcomes[vendor] = await outcomeOf(topic, name, situation, vendor)
      rows.push(rowOf(name, outcomes))
      console.error(rows.at(-1))
    }
    const head = ['situation', ...Object.values(VENDORS)]
    const lines = [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows]
    sections.push(`## The ${topic}\n\n${lines.join('\n')}\n`)
  }
} finally {
  await stage.close()
  await sandbox.stop()
}

async function outcomeOf(topic, name, situation, vendor) {
  const comes = expected(situation, vendor)
  if (!comes) return undefined
  const { outcome, error } = await meet(stage, sandbox, vendor, situation)
  if (outcome !== comes) {
    console.error(`${topic}: ${name}, ${vendor}: ${outcome} instead of ${comes}`, error)
    process.exitCode = 1
  }
  return outcome
}

await writeFile(
  FILE,
  `# Wallets

What a purchase of one dollar came to, in Chromium, on a real chain with Circle's own token and the official seller. The wallets are the code
that MetaMask, Rainbow and Rabby publish themselves; what they do not publish follows their sources ([tests/wallet/README.md](../wallet/README.md)).
WalletConnect is its \`EthereumProvider\`, Reown its \`UniversalProvider\` (AppKit's), both 2.21.7, with a wallet of Reown's WalletKit 1.2.10 on the phone: it signs
with the account that a request names, as Reown's example wallet does, and treats networks as MetaMask does ([tests/walletconnect](../walletconnect/wallet.mjs)).

\`paid\`: once, by the right account, for one prompt. Otherwise the error's \`code\`, \`paid\` and \`retry\`: no payment left the page, and nothing was taken.
\`–\`: cannot come about. Through WalletConnect a page connects before it buys, so that the library never opens a prompt to connect; a phone that is locked answers later; a network that the
session has is switched to without a prompt; and to take the account away is to end the session.
Made by \`npm run wallets:table\` (\`-- --vendor reown\` makes one column again); the tests of that name in \`tests/browser\` (\`metamask\`, \`rainbow\`, \`rabby\`) and \`ethereum\` and \`universal\`
in \`tests/walletconnect\` hold every cell.

${sections.join('\n')}
## Not tested

What only closed code or a device could show: Coinbase's extension, mobile wallet and site (its SDKs are in \`tests/browser/popup.more.mjs\`, with a stand-in for the site), Trust Wallet, OKX, Phantom, what a Ledger or Trezor itself answers,
WalletConnect's own relay (a closed service, for which \`tests/walletconnect/relay.mjs\` stands in) and the wallets that people have at its other end, Safe. Their codes and words are in the table of
[src/core/rejection.rs](../../src/core/rejection.rs), each with its source.
A session that the page itself ends while the prompt is open is noticed through a provider; a client of viem or wagmi does not show it, so the purchase waits until the request is of no use any more.
Rabby holds every request of a tab that is hidden until it is shown.
`,
)
