import { tableOf } from '../table.mjs'

const seconds = (value) => value.toFixed(2)
const spread = ({ mean, deviation }) => `${seconds(mean)} ± ${seconds(deviation)}`
const ratio = (value) => (value ? `× ${value.toFixed(2)}` : '')
const percent = (part) => `${(100 * part).toFixed(0)} %`

/** The page that is kept of a run. */
export function papers(results) {
  const { tasks, seed, times, beginWithinSeconds, kinds, chromium, processors, busy, trip, scenarios } = results
  return `# Waiting

How long after a task is finished it is known on the page, and how often the service was asked until then. ${tasks} tasks, or the first of them, each watched
by three clients at once on the same page: this library as it is by default, and the loop that sleeps 10 or 15 seconds and then looks. Made by \`npm run bench -- waiting\`.

- Times: ${times} (the service says one to three minutes), by the seed ${seed}. The tasks begin within ${beginWithinSeconds} s.
- Progress, a third of the tasks each: ${Object.entries(kinds)
    .map(([kind, says]) => `*${kind}*, ${says}`)
    .join('; ')}.
- Chromium ${chromium}, which slows hidden pages as a visitor's does, and a server on the same machine with ${processors} processors, whose clock all times are by.
  An answer to a loop took ${trip.median.toFixed(0)} ms (median; 95 %: ${trip.p95.toFixed(0)} ms), and browser and server together used ${percent(busy)} of the processors' time.
- No page is hidden for much longer than five minutes: what browsers do then, such as one wake-up a minute, is not measured.
- After ± stands the standard deviation. The last columns are the library's mean as a multiple of that loop's, in the same run.

${scenarios.map(sectionOf).join('\n')}`
}

function sectionOf({ name, says, pages, timers, rows }) {
  const away = rows.filter((row) => row.away)
  return `## ${name}

${says[0].toUpperCase()}${says.slice(1)}. ${tasksOf(rows)} tasks on ${pages === 1 ? 'one page' : `${pages} pages`}. ${timersIn(timers)}

${tableOf(HEAD, rows.map(rowOf))}
${away.length > 0 ? `\nOf these, the tasks that were finished while the visitor was away:\n\n${tableOf(AWAY, away.map(awayOf))}\n` : ''}`
}

const timersIn = (timers) =>
  Object.entries(timers)
    .filter(([, ms]) => ms)
    .map(([sight, ms]) => `A timer of 100 ms took ${ms.toFixed(0)} ms while the page was ${sight}.`)
    .join(' ')

const tasksOf = (rows) => rows.at(-1).late.count

const HEAD = [
  'progress',
  'watched by',
  'tasks',
  'known after s',
  'median',
  '95 %',
  'looks',
  'library: known',
  'library: looks',
]
const rowOf = ({ kind, client, late, looks, oursToThis }) => [
  kind,
  client,
  late?.count ?? 0,
  ...(late ? [spread(late), seconds(late.median), seconds(late.p95), spread(looks)] : ['', '', '', '']),
  ratio(oursToThis?.late),
  ratio(oursToThis?.looks),
]

const AWAY = [
  'progress',
  'watched by',
  'tasks',
  'known after s',
  'known on return',
  'waited in sight s',
  '95 %',
  'longest',
]
const awayOf = ({ kind, client, away, waited, knownOnReturn }) => [
  kind,
  client,
  away.count,
  spread(away),
  percent(knownOnReturn),
  spread(waited),
  seconds(waited.p95),
  seconds(waited.most),
]
