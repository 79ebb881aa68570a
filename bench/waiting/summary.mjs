import { figures } from '../figures.mjs'
import { CLIENTS, LOOPS, OURS } from './clients.mjs'
import { KINDS } from './jobs.mjs'
import { SCENARIOS } from './scenarios.mjs'

export const ALL = 'all'

/** What all pages of all scenarios saw, in figures. */
export function summary(seen) {
  const scenarios = Object.entries(SCENARIOS).map(([name, { says }]) => {
    const pages = seen.filter(({ scenario }) => scenario === name)
    const watches = pages.flatMap((page) => page.watches)
    return {
      name,
      says,
      pages: pages.length,
      timers: timersOf(pages),
      rows: [...Object.keys(KINDS), ALL].flatMap((kind) => rowsOf(kind, watches)),
    }
  })
  return { trip: figures(seen.flatMap(({ trips }) => trips)), scenarios }
}

/** How long a timer of 100 ms took, by what was to be seen. */
function timersOf(pages) {
  const sights = pages.flatMap((page) => page.sights).filter(({ timer }) => timer !== null)
  const medianOf = (wanted) => figures(sights.filter(({ sight }) => sight === wanted).map(({ timer }) => timer))?.median
  return { visible: medianOf('visible'), hidden: medianOf('hidden') }
}

function rowsOf(kind, watches) {
  const rows = CLIENTS.map(({ client }) => {
    const own = watches.filter((watch) => watch.client === client && (kind === ALL || watch.kind === kind))
    const away = own.filter(({ waited }) => waited !== undefined)
    return {
      kind,
      client,
      late: figures(own.map(({ late }) => late)),
      looks: figures(own.map(({ looks }) => looks)),
      away: figures(away.map(({ late }) => late)),
      waited: figures(away.map(({ waited }) => waited)),
      knownOnReturn: away.length > 0 ? away.filter(({ waited }) => waited === 0).length / away.length : null,
    }
  })
  const ours = rows.find(({ client }) => client === OURS)
  return rows.map((row) => (row.client in LOOPS ? { ...row, oursToThis: ratios(ours, row) } : row))
}

const ratios = (ours, loop) => ({ late: ratio(ours.late, loop.late), looks: ratio(ours.looks, loop.looks) })

const ratio = (ours, loop) => (ours && loop?.mean > 0 ? ours.mean / loop.mean : null)
