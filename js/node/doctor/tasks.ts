/** What the service says of tasks, and by which clock. */
import { readTask } from './reading.js'
import { finding, type Finding } from './report.js'
import type { Exchange, Service } from './service.js'

const CLOCK_MS = 60_000
const STATUSES = ['queued', 'processing', 'completed', 'failed']

export async function tasks(service: Service, taskId: string | undefined): Promise<Finding[]> {
  const unknown = crypto.randomUUID()
  const status = await readTask(service.url.href, unknown)
  const findings = [
    status === 'not_found'
      ? finding('unknown task', 'works', 'it is `not_found`')
      : finding('unknown task', 'does not', `it is read as: ${status}`),
    clock(await service.ask(`/generation/${unknown}/status`)),
  ]
  if (taskId === undefined) return findings
  const found = await readTask(service.url.href, taskId)
  const verdict = found === 'not_found' ? 'does not' : STATUSES.includes(found) ? 'works' : 'unknown'
  const set = verdict === 'does not' ? '`keep: true`, and `task.save()` soon' : undefined
  return [...findings, finding('this task', verdict, `it is ${found}`, set)]
}

function clock({ headers, askedAt, at }: Exchange): Finding {
  const date = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(date)) return finding('clock', 'unknown', 'the service does not say what time it has')
  // The header has whole seconds.
  const offMs = Math.max(0, askedAt - date - 1_000, date - at)
  const says = `the service's clock is ${Math.round(offMs / 1_000)} s off from this machine's`
  return offMs < CLOCK_MS
    ? finding('clock', 'works', says)
    : finding('clock', 'does not', says, 'nothing: but its facilitator may take a payment for expired or not valid yet')
}
