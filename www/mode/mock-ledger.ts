import type { TestService } from 'imagine-x402/testing'

/** A job that was paid with play money. */
export interface MockTask {
  startedAt: number
  prompt: string
  fails: boolean
  job?: 'missing' | 'silent' | 'endless'
}

interface Kept {
  tasks: Record<string, MockTask>
  payments: TestService['payments']
}

const KEY = 'imagine-mock'

/** What the service inside the page remembers, over reloads and tabs, as one on a server would. */
export const ledger = {
  read(): Kept {
    try {
      return { tasks: {}, payments: [], ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>) }
    } catch {
      return { tasks: {}, payments: [] }
    }
  },
  add(taskId: string, task: MockTask, payment: Kept['payments'][number]): void {
    const { tasks, payments } = ledger.read()
    try {
      localStorage.setItem(
        KEY,
        JSON.stringify({ tasks: { ...tasks, [taskId]: task }, payments: [...payments, payment] }),
      )
    } catch {
      /* no storage: gone with the page */
    }
  },
}
