import type { TaskRecord } from 'imagine-x402'
import { button, byId, el, icon } from '../ui/dom'

const banner = byId('unfinished', HTMLElement)

export function hideUnfinished(): void {
  banner.hidden = true
}

/** What an earlier visit, or another tab, paid for (or perhaps did) and did not see the end of. */
export function offerUnfinished(records: TaskRecord[], show: (record: TaskRecord) => void): void {
  const [first] = records
  banner.hidden = !first
  if (!first) return
  const what = first.paid === 'yes' ? 'paid' : 'open'
  const count = records.length === 1 ? `1 ${what} video is` : `${records.length} ${what} videos are`
  banner.replaceChildren(
    icon('clock'),
    el(
      'p',
      {},
      el('strong', {}, `${count} in progress. `),
      `Your earlier video is not finished here yet: “${first.prompt}”`,
    ),
    button('Continue: nothing new is paid', () => show(first), 'primary'),
  )
}
