/**
 * `npm run sellers:table`: buys from every kind of seller, in both versions of x402, in Chromium and on the real
 * chain, and writes what came of it to TABLE.md. It ends with an error if one of them was paid more than once, or by
 * another account than the buyer's, or in spite of what the page was told. The sellers are installed and built first,
 * which takes some minutes the first time.
 */
import { writeFile } from 'node:fs/promises'
import { openStage } from '../browser/harness.mjs'
import { PAYERS, PLAIN, buy, wordingOf } from './purchase.mjs'
import { SELLERS, install } from './sellers.mjs'

const PAGES = {
  'headers exposed': { cors: 'exposed' },
  'stock CORS': { cors: 'stock' },
  'headers exposed, first answer to the payment lost': { isLost: true },
}

const row = (...cells) => `| ${cells.join(' | ')} |`

/** What came of each purchase: by seller, and by what is in `columns`, which are options of `buy`. */
async function tableOf(stage, sellers, columns) {
  const rows = []
  for (const [name, seller] of sellers) {
    const cells = []
    for (const options of Object.values(columns)) cells.push(wordingOf(await buy(stage, seller, options)))
    rows.push(row(name, ...cells))
    console.error(rows.at(-1))
  }
  const head = ['seller', ...Object.keys(columns)]
  return [row(...head), row(...head.map(() => '---')), ...rows].join('\n')
}

const CONTRACTS = Object.fromEntries(
  Object.keys(PAYERS)
    .filter((payer) => payer !== PLAIN)
    .map((payer) => [payer, { payer }]),
)

await install()
const stage = await openStage()
try {
  const all = Object.entries(SELLERS)
  const byPage = await tableOf(stage, all, PAGES)
  const withPayers = all.filter(([, { payers }]) => payers.length > 1)
  const byPayer = await tableOf(stage, withPayers, CONTRACTS)
  await writeFile(
    new URL('TABLE.md', import.meta.url),
    `# Sellers

What a purchase of one dollar came to, in Chromium, with MetaMask's own packages as the wallet and Circle's own token on
a local chain. Each was paid once or not at all. Made by \`npm run sellers:table\`.

## By what reaches the page

*Stock CORS* is what the framework has when a developer just turns it on: \`cors()\` of Express and Hono,
\`CORSMiddleware\` for everything in FastAPI, \`CORS(app)\` in Flask, the example of Next's documentation, and
\`CorsLayer::permissive()\` in axum, which exposes everything. *Headers exposed* are \`PAYMENT-REQUIRED\`,
\`PAYMENT-RESPONSE\` and \`X-PAYMENT-RESPONSE\`; in Flask, CORS is then outside of the middleware of x402. Where the
seller's name has no facilitator, it is an official one in TypeScript.

${byPage}

## By the account that pays

A plain account is the payer above. Headers are exposed.

${byPayer}
`,
  )
} finally {
  await stage.close()
}
