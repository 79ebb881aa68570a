import type { ImagineEvent, TaskStatus } from 'imagine-x402'
import { money, networkName, short, timeOfDay } from '../ui/words'

export const STEPS = {
  price: 'Price',
  wallet: 'Wallet',
  signature: 'Signature',
  payment: 'Payment',
  queue: 'Queue',
  making: 'Making',
  ready: 'Ready',
} as const
export type Step = keyof typeof STEPS

/** What an event means to a visitor: the step it belongs to, and a line about it. */
export interface Line {
  step?: Step
  note?: string
}

const PAUSED = {
  hidden: 'Looking less often while this tab is in the background.',
  offline: 'You are offline. Looking again when you are back.',
  frozen: 'The browser put this tab to sleep.',
}

export function narrate(event: ImagineEvent): Line {
  switch (event.type) {
    case 'quoted':
      return { step: 'wallet', note: `The price is ${money(event.quote.price)}.` }
    case 'connected':
      return { step: 'wallet', note: `Connected as ${short(event.address)}.` }
    case 'switching':
      return { step: 'wallet', note: `Asking the wallet to switch to ${networkName(event.network)}.` }
    case 'budget':
      return { note: `$${event.left} of the limit of $${event.limit} are left after this purchase.` }
    case 'signing':
      return { step: 'signature', note: `Sign in your wallet before ${timeOfDay(event.validBefore)}.` }
    case 'paying':
      return { step: 'payment', note: 'Signed. The payment is on its way.' }
    case 'payment_unknown':
      return {
        step: 'payment',
        note: `The answer got lost. Do not pay again; checking again at ${timeOfDay(event.checkAgainAt)}.`,
      }
    case 'accepted':
      return { step: 'queue', note: `Accepted as task ${event.taskId}.` }
    case 'status':
      return narrateStatus(event.status)
    case 'retrying':
      return { note: `No answer from the service; trying again in ${Math.ceil(event.inMs / 1000)} s.` }
    case 'paused':
      return { note: PAUSED[event.why] }
    case 'resumed':
      return { note: 'Looking again.' }
    case 'done':
      return { step: 'ready' }
    case 'kept':
      return { note: 'This browser keeps the video.' }
    case 'not_kept':
      return { note: 'This browser does not keep the video. Download it while it is there.' }
  }
}

export function narrateStatus(status: TaskStatus): Line {
  switch (status.status) {
    case 'queued':
      return { step: 'queue', note: 'Waiting for its turn.' }
    case 'processing':
      return { step: 'making', note: 'The video is being made.' }
    case 'completed':
      return { step: 'ready' }
    case 'failed':
      return {}
    case 'not_found':
      return { note: 'The service does not know the job yet.' }
    case 'unknown':
      return { note: 'The service says something this page does not know; still looking.' }
  }
}
