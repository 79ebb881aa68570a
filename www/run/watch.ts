import type { Client, Generation, Paid, Receipt } from 'imagine-x402'
import type { Trouble } from '../outcome/trouble'
import type { RunPanel } from './run-panel'

export interface Watched {
  taskId: string
  paid: Paid
  receipt?: Receipt | undefined
}

/** Looks at a task until it ends, without paying for anything. Resolves with the result, or with what went wrong. */
export async function watch(
  client: Client,
  { taskId, paid, receipt }: Watched,
  signal: AbortSignal,
  everyMs: number,
  panel: RunPanel,
): Promise<Generation | Trouble> {
  const trouble = (code: string, message: string, retry: Trouble['retry']): Trouble => ({
    code,
    message,
    paid,
    retry,
    taskId,
    receipt,
  })
  while (!signal.aborted) {
    const status = await client.status(taskId, { signal }).catch(() => null)
    if (status) panel.hearStatus(status, Date.now())
    else panel.note('The service could not be reached; still trying.')
    if (status?.status === 'completed') return { ...status.result, receipt: status.result.receipt ?? receipt ?? null }
    if (status?.status === 'failed') return trouble('generation_failed', status.error, 'pays_again')
    if (status?.status === 'not_found') return trouble('task_not_found', `Task ${taskId}`, 'resume')
    await pause(everyMs, signal)
  }
  return trouble('aborted', 'The job goes on without this page.', 'resume')
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
