import type { Rehearsal, Scenario } from './rehearsal'
import type { Sandbox } from './sandbox'

/** What the sandbox's control is told. */
interface Fault extends Scenario {
  fault?: string
  times?: number
  delayMs?: number
  answers?: string
}

const FAULTS: readonly Fault[] = [
  {
    name: 'lost',
    group: 'The payment',
    label: 'The answer gets lost',
    fault: 'paid-500-after',
    says: 'The money moves, then a 500 replaces the answer. The page asks the token itself, finds the video and never pays again.',
  },
  {
    name: 'dropped',
    group: 'The payment',
    label: 'The connection drops',
    fault: 'paid-dropped-after',
    says: 'The money moves, then the connection ends. As above, without any answer.',
  },
  {
    name: 'slow',
    group: 'The payment',
    label: 'A slow answer',
    fault: 'paid-delayed',
    delayMs: 8000,
    says: 'The service takes eight seconds to answer the payment. Nothing is sent twice meanwhile.',
  },
  {
    name: 'facilitator',
    group: 'The payment',
    label: 'The facilitator is down, once',
    fault: 'verify-500',
    times: 1,
    says: 'The first payment fails before any money moves. The very same payment is sent again, and taken once.',
  },
  {
    name: 'refused',
    group: 'The payment',
    label: 'The payment is refused',
    fault: 'verify-refused',
    says: 'The page waits until the payment can no longer be taken, about a minute, then says that no money moved. Skip the wait below.',
  },
  {
    name: 'chain',
    group: 'The payment',
    label: 'The facilitator loses the chain',
    fault: 'chain-down',
    says: 'It cannot tell whether it was paid. The page asks the token, after the payment has run out.',
  },
  {
    name: 'receipt',
    group: 'The payment',
    label: 'No receipt',
    fault: 'receipt-missing',
    says: 'The payment is taken, and nothing is said about its transaction.',
  },
  {
    name: 'failed',
    group: 'The job',
    label: 'The video cannot be made',
    answers: 'failed-500',
    says: 'Paid, and then the job fails. The receipt stays; nothing is bought again by itself.',
  },
  {
    name: 'missing',
    group: 'The job',
    label: 'The job is not found',
    fault: 'status-404',
    says: 'Paid, and the service does not know the job. The page asks for a minute before it says so.',
  },
  {
    name: 'silent',
    group: 'The job',
    label: 'Progress is not told',
    answers: 'progress-absent',
    says: 'No percentage is invented: the bar stays indeterminate.',
  },
  {
    name: 'unreachable',
    group: 'The job',
    label: 'The service is unreachable while waiting',
    fault: 'status-dropped',
    times: 4,
    says: 'Four looks fail; the page keeps looking.',
  },
  {
    name: 'down',
    group: 'The price',
    label: 'The service is down',
    fault: 'probe-500',
    says: 'There is no price, so there is nothing to sign.',
  },
]

/** The sandbox's own faults, switched over its HTTP control. */
/** Two minutes. The chain and this page are moved together, since both clocks decide what became of a payment. */
const SKIPPED_S = 120

export function sandboxFaults({ controlUrl, rpcUrl }: Sandbox): Rehearsal {
  const rehearsal: Rehearsal = {
    scenarios: FAULTS,
    current: '',
    async choose(name) {
      const { fault = null, times, delayMs, answers = null } = FAULTS.find((one) => one.name === name) ?? {}
      await put(`${controlUrl}/fault`, { fault, times, delayMs })
      await put(`${controlUrl}/answers`, { answers })
      rehearsal.current = name
    },
    async skip() {
      await ask(rpcUrl, 'evm_increaseTime', [SKIPPED_S])
      await ask(rpcUrl, 'evm_mine', [])
      const { now } = Date
      Date.now = () => now() + SKIPPED_S * 1000
    },
  }
  return rehearsal
}

async function put(url: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
}

const ask = (url: string, method: string, params: unknown[]) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
