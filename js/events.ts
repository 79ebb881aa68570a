import { quietly } from './attempt.js'
import type { Options } from './options.js'
import type { ImagineEvent } from './types.js'

/** What came of the option `keep`. */
export type KeptEvent = Extract<ImagineEvent, { type: 'kept' | 'not_kept' }>

type Listeners = Pick<Options, 'onEvent' | 'onProgress'>

/**
 * Calls a page's callbacks. What they throw or reject with is reported as the page's own uncaught error and does no
 * harm.
 */
export function tell({ onEvent, onProgress }: Listeners, event: ImagineEvent): void {
  if (onEvent) safely(() => onEvent(event))
  if (onProgress && event.type === 'status') {
    const { status } = event
    safely(() => onProgress('progress' in status ? status.progress : null, status))
  }
}

export function safely(callback: () => unknown): void {
  try {
    Promise.resolve(callback()).catch(report)
  } catch (error) {
    report(error)
  }
}

const report = (error: unknown): void =>
  quietly(() => (typeof reportError === 'function' ? reportError(error) : console.error(error)))
