/** The doctor's report for people, and as a process ends. */
import type { Buys, Finding, Report, Verdict } from './doctor.js'

const MARKS: Record<Verdict, string> = { works: '✓', 'works by': '~', 'does not': '✗', unknown: '?' }

const CLOSING: Record<Buys, string> = {
  directly: 'A page of this origin can buy here.',
  'by a proxy': 'A page can buy here only through a proxy on its own origin: see `imagine-x402/proxy`.',
  'not at all': 'Nothing can be bought here.',
}

/** The report as text: a line for each finding, and below it what a page should set. */
export function printed({ url, origin, findings, buys }: Report): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap((finding) => linesOf(finding, width))
  return [`${url}, for pages of ${origin}`, '', ...lines, '', CLOSING[buys], ''].join('\n')
}

function linesOf({ check, verdict, says, set }: Finding, width: number): string[] {
  const first = `${MARKS[verdict]} ${check.padEnd(width)}  ${clean(says)}`
  return set === undefined ? [first] : [first, `${' '.repeat(width + 4)}→ ${set}`]
}

/** On one line, without what would steer a terminal. */
const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, 400)

/** How a process ends that reports it: 0 where a page can buy directly, 1 elsewhere. */
export const exitCodeOf = ({ buys }: Report): number => (buys === 'directly' ? 0 : 1)
