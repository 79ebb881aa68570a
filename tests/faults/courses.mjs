import { FAULTS } from '../../sandbox/faults.mjs'

/** Milliseconds by which the visitor's clock is ahead. */
export const CLOCKS = { 'clock-slow': -3_600_000, 'clock-fast': 3_600_000 }

/** Everything that is tried, and what it means. */
export const COURSES = {
  none: 'nothing goes wrong',
  ...Object.fromEntries(Object.entries(FAULTS).map(([name, { says }]) => [name, says])),
  'double-click': 'two calls at the same time',
  'clock-slow': "the visitor's clock is one hour slow",
  'clock-fast': "the visitor's clock is one hour fast",
}

/** Left out for the official clients: Node knows no CORS, and they look at no status and know nothing of seeds. */
export const PEER_COURSES = Object.keys(COURSES).filter((name) => !/^(cors|status|seed)-/.test(name))

/** The fault to set for a course. */
export const faultOf = (course) => (course in FAULTS ? course : null)
