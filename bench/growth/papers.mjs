import { tableOf } from '../table.mjs'

/** At most that multiple of what a journal without old purchases takes. */
const TARGET = 1.5

const milliseconds = (value) => value.toFixed(1)
const spread = ({ median, least, p95 }) => `${milliseconds(median)} (${milliseconds(least)}–${milliseconds(p95)})`
const multiple = ({ ratio }) => `× ${ratio.median.toFixed(2)}`

/** The page that is kept of a run. */
export function papers({ chromium, rounds, payments, recent, journals }) {
  const largest = Math.max(...journals.flatMap(({ first, warm }) => [first.ratio.median, warm.ratio.median]))
  const table = (budget) =>
    tableOf(
      ['old purchases', 'first', 'of none', 'warm', 'of none'],
      journals
        .filter((journal) => journal.budget === budget)
        .map(({ old, first, warm }) => [
          old.toLocaleString('en'),
          spread(first),
          multiple(first),
          spread(warm),
          multiple(warm),
        ]),
    )
  return `# Growth

How long it takes from the response with status 402 to the wallet's prompt when the browser remembers few purchases or
many. Every journal has ${recent} finished purchases of the last day and the number of older ones in the table, one per
hour. The seller is on the same machine and answers at once, so that nothing the journal does is hidden behind the
price; the wallet answers from memory. Chromium ${chromium}; journal after journal in each of ${rounds} rounds,
each time in a new page that pays ${payments} times: milliseconds, medians with the least and the 95th percentile.
*First* is the page's first payment, *warm* the median of the others. *Of none* compares with the journal without old
purchases: the median of the multiples within a round. Made by \`npm run bench -- growth\`.

The target is at most × ${TARGET.toFixed(2)}. The largest multiple of this run is × ${largest.toFixed(2)}.

## Without a budget

${table(false)}

## With a budget per day

${table(true)}
`
}
